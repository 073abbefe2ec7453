"""The keeper as a program: `python3 FOLDER keeper.json`, run by the service ha-load-balancer-pair. See keeper.py."""

import json
import signal
import sys

from keeper import Keeper


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    keeper = Keeper(config)
    signal.signal(signal.SIGTERM, lambda *_: keeper.ask_to_leave())
    keeper.run()
    keeper.stop()


main()
