"""Loads this pair's firewall again where another program has deleted it ("nft flush ruleset", a firewall that is loaded anew). The unit
loads it before the keeper starts (components/render/firewall.ts). Used by keeper.py."""

from keeper.ports import clock
from keeper.ports.system import log, run

FILE = "/etc/ha-load-balancer-pair/firewall.nft"
TABLE = "inet ha-load-balancer-pair"
# How often the keeper looks for the table; and after an attempt to load it. In seconds: the kernel may refuse it.
LOOK_EVERY, LOAD_EVERY = 5, 60
# For how long nft may take, in seconds.
NFT_TAKES = 1


class Firewall:
    def __init__(self, is_on: bool) -> None:
        self._is_on = is_on
        self._due = clock.now() + LOOK_EVERY

    def look(self) -> None:
        if not self._is_on or clock.now() < self._due:
            return
        self._due = clock.now() + LOOK_EVERY
        tables = run(["nft", "list", "tables"], NFT_TAKES)
        if tables is not None and f"table {TABLE}" not in tables.splitlines():
            log(f"loading {FILE}: another program deleted its table")
            run(["nft", "-f", FILE], NFT_TAKES)
            self._due = clock.now() + LOAD_EVERY
