"""The keeper as a program: `python3 FOLDER keeper.json`, run by the service ha-load-balancer-pair. See keeper.py.

The folder keeper/ has no __init__.py on purpose: an earlier version of this project, which has a module keeper.py here, finds that module
first, and so starts on a host that still has the folder (test/lab/versions.test.ts).
"""

import signal
import sys

from keeper import config
from keeper.keeper import Keeper


def main() -> None:
    keeper = Keeper(config.load(sys.argv[1]))
    signal.signal(signal.SIGTERM, lambda *_: keeper.ask_to_leave())
    keeper.run()
    keeper.stop()


main()
