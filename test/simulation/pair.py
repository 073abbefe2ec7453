"""A pair of simulated hosts, configured as the component does it."""

from host import Host
from wire import Wire
from world import World

NAMES = ("lb1", "lb2")
ADDRESSES = {"lb1": "192.168.0.100", "lb2": "192.168.0.101"}


class Pair:
    """`preferred`: for each virtual IP, the host that is to have it."""

    def __init__(self, seed, preferred=("lb1",), failback=True):
        self.world = World(seed)
        self.failback = failback
        self.wire = Wire(self.world)
        # When faults began.
        self.faults_at = []
        self.virtual_ips = {f"192.168.0.{99 - i}": name for i, name in enumerate(preferred)}
        self.hosts = {name: Host(self.world, self.wire, name, self._config(name, failback)) for name in NAMES}

    def _config(self, name, failback):
        """As components/render/keeper.ts makes keeper.json, and what Heartbeat's files say beside it."""
        (peer,) = [other for other in NAMES if other != name]
        groups = {node: [f"VirtualIp::{address}" for address, preferred in self.virtual_ips.items() if preferred == node] for node in NAMES}
        return {
            "node": name,
            "peer": peer,
            "port": 695,
            "udpport": 694,
            **self.timings(1.0),
            "peerAddresses": [ADDRESSES[peer]],
            "virtualIps": [
                {"word": address, "address": address, "interface": "eth0", "preferred": preferred == name}
                for address, preferred in self.virtual_ips.items()
            ],
            "group": (groups[name] or [None])[0],
            "peerGroup": (groups[peer] or [None])[0],
            "failback": failback,
            "ping": [],
            "fencing": None,
            "firewall": False,
            # Not in keeper.json.
            "address": ADDRESSES[name],
            # A line of haresources is a group; here each virtual IP counts as one.
            "groups": groups,
        }

    @staticmethod
    def timings(deadtime):
        """In seconds: ha.cf's keepalive and deadtime, and what the keeper's timings become of them."""
        return {"deadtime": deadtime, "keepalive": deadtime / 4, "interval": min(deadtime / 5, 0.25), "silence": deadtime / 2}

    @property
    def both(self):
        return list(self.hosts.values())

    def end(self):
        for host in self.both:
            host.power_off()
