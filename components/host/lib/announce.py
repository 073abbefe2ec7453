"""Announces a virtual IP for a few seconds: `python3 announce.py ADDRESS INTERFACE`, run by the agent (VirtualIp)."""

import sys

from keeper.ports import announcement

announcement.main(*sys.argv[1:])
