"""Asks which program serves a virtual IP: `python3 prove.py ADDRESS PORT`, run by steps/sh/verify.sh.

Prints "haproxy", or "closed" if the other end closes the connection at once, and exits with 0; else prints what answers, and exits with 1.
"""

import sys

from keeper import proof, prove

result = prove.prove(sys.argv[1], int(sys.argv[2]))
print(result)
sys.exit(0 if result in (proof.HAPROXY, "closed") else 1)
