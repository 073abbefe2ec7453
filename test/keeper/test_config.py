"""What the keeper is configured with: keeper.json, and the interfaces that the host has for the virtual IPs."""

import json
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401
from keeper import config


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        declared = [{"address": "192.0.2.9"}, {"address": "2001:db8::9"}]
        (self.folder / "keeper.json").write_text(json.dumps({"node": "a", "virtualIps": declared}))

    def load(self, interfaces):
        (self.folder / "interfaces").write_text(interfaces)
        return config.load(str(self.folder / "keeper.json"))

    def test_assigns_interfaces_by_address_in_any_spelling(self):
        loaded = self.load("2001:db8:0:0:0:0:0:9 lan.b@x\n192.0.2.9 eth0\n192.0.2.7 eth9\n")
        self.assertEqual(loaded["node"], "a")
        self.assertEqual([one["interface"] for one in loaded["virtualIps"]], ["eth0", "lan.b@x"])

    def test_fails_without_the_interface_of_a_virtual_ip(self):
        with self.assertRaises(KeyError):
            self.load("192.0.2.9 eth0\n")


if __name__ == "__main__":
    unittest.main()
