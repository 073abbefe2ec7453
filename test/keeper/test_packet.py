"""What a keeper takes from a signed packet: the peer's host may have another version, or somebody may have broken into it."""

import json
import unittest

from support import TestCase
from keeper.protocol import packet

AT = [1, 2]
BASE = {"node": "b", "for": "a", "at": AT, "answers": [AT]}
PARSED = {"node": "b", "receiver": "a", "at": (1, 2), "answers": [(1, 2)]}
ADDRESS = "192.0.2.9"


def parsed(**fields):
    return packet.parse(json.dumps({**BASE, **fields}).encode())


def of_virtual_ip(**fields):
    return parsed(virtualIps={ADDRESS: fields})["virtualIps"][ADDRESS]


class Packet(TestCase):
    def test_takes_what_a_keeper_says(self):
        said = {
            "held": "lingering",
            "serves": True,
            "age": 7.5,
            "wanted": True,
            "via": "192.0.2.2",
            "hushed": False,
            "forced_for": 3,
            "isolated": True,
        }
        state = {
            "healthy": True,
            "doubtful": True,
            "heartbeat": True,
            "hears": False,
            "leaves": True,
            "former": True,
            "stops": "waiting",
            "protocol": 3,
        }
        proof = {"question": f"{ADDRESS} 80 192.0.2.2 40000", "answer": [f"{ADDRESS} 80 192.0.2.2 40000", "nginx (process 7)"]}
        body = parsed(**state, **proof, virtualIps={ADDRESS: said})
        self.assertEqual(body, {**PARSED, **state, **proof, "virtualIps": {ADDRESS: said}})

    def test_has_a_default_for_what_an_older_keeper_does_not_say(self):
        self.assertEqual(
            packet.parse(json.dumps(BASE).encode()),
            {
                **PARSED, "protocol": None, "healthy": False, "doubtful": False, "heartbeat": False,
                "hears": True, "leaves": False, "former": False, "stops": None, "question": None, "answer": None, "virtualIps": {},
            },
        )  # fmt: skip
        nothing = {
            "held": "no",
            "serves": False,
            "age": 0.0,
            "wanted": False,
            "via": None,
            "hushed": True,
            "forced_for": None,
            "isolated": False,
        }
        self.assertEqual(of_virtual_ip(), nothing)
        self.assertEqual(of_virtual_ip(held="held"), {**nothing, "held": "held", "serves": True})

    def test_ignores_unknown_fields(self):
        self.assertNotIn("zone", parsed(zone="x"))
        self.assertNotIn("zone", of_virtual_ip(zone="x"))

    def test_takes_no_text_that_a_file_or_a_program_could_read_as_more(self):
        for via in ("192.0.2.2; delete table inet filter #", "192.0.2.2\nserves\tyes", "", 7, None, ["192.0.2.2"], "x\0"):
            with self.subTest(via):
                self.assertIsNone(of_virtual_ip(via=via)["via"])
        self.assertEqual(of_virtual_ip(via="2001:DB8:0:0::2")["via"], "2001:db8::2")
        for held in ("held x", "HELD", 1, None, ["held"], {}):
            with self.subTest(held):
                self.assertEqual(of_virtual_ip(held=held)["held"], "no")
        for question in ("a 80 192.0.2.2 1", f"{ADDRESS} 80 192.0.2.2", f"{ADDRESS} 0 192.0.2.2 1", f"{ADDRESS} 80 192.0.2.2 65536", f"{ADDRESS} ٣ 192.0.2.2 1",
                         f"{ADDRESS} 80 192.0.2.2 1 1", f"{ADDRESS} 80\n192.0.2.2 1", 7, [], {}):  # fmt: skip
            with self.subTest(question):
                self.assertIsNone(parsed(question=question)["question"])
        for answer in (["x"], ["x", 7], ["x", "a\nb"], ["x", "y" * 201], "xy", {"x": 1, "y": 2}, None):
            with self.subTest(answer):
                self.assertIsNone(parsed(answer=answer)["answer"])
        self.assertIsNone(parsed(stops="a\x1b[2J")["stops"])

    def test_takes_numbers_for_durations_and_nothing_else(self):
        for age in ("7", True, -1, float("nan"), float("inf"), 1e300, 10**400, None, []):
            with self.subTest(age):
                self.assertEqual(of_virtual_ip(age=age)["age"], 0.0)
                self.assertIsNone(of_virtual_ip(forced_for=age)["forced_for"])
        for protocol in ("3", True, -1, 1.5, None):
            with self.subTest(protocol):
                self.assertIsNone(parsed(protocol=protocol)["protocol"])

    def test_takes_flags_that_are_flags_and_virtual_ips_that_have_fields(self):
        for value in ("yes", 1, 0, None, []):
            with self.subTest(value):
                self.assertIs(parsed(healthy=value)["healthy"], False)
                self.assertIs(parsed(hears=value)["hears"], True)
        for virtual_ips in ([], 7, None, "x", {ADDRESS: []}, {ADDRESS: None}):
            with self.subTest(virtual_ips):
                self.assertEqual(parsed(virtualIps=virtual_ips)["virtualIps"], {})


if __name__ == "__main__":
    unittest.main()
