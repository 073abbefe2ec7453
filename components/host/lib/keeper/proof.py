"""Proves which program serves a connection to a virtual IP: a firewall rule, a proxy or another host can take it before HAProxy gets it.

prove.py opens the connection and writes the question, a line "VIRTUAL-IP PORT ADDRESS PORT", the two ends of the connection. The keeper
asks the peer's keeper, which looks at its kernel's connections. Where this host has the virtual IP, also one that lingers, the connection
does not leave it, and the keeper answers itself.
"""

import re

from keeper.address.virtual_ip import VirtualIp
from keeper.decision.decide import NO
from keeper.ports import system
from keeper.ports.network import canonical
from keeper.ports.system import RUN
from keeper.protocol.packet import Said

QUESTION, ANSWER = f"{RUN}/question", f"{RUN}/answer"
HAPROXY, NO_PROGRAM = "haproxy", "no program"


class Proof:
    def __init__(self) -> None:
        # What this host asks; None if nothing.
        self.question: str | None = None
        # The peer's question and the answer; None if the peer asks nothing.
        self.answer: list[str] | None = None
        self._written: list[str] | None = None

    def step(self, virtual_ips: list[VirtualIp], said: Said | None) -> None:
        """said: the last word of a peer that is heard, else None."""
        text = system.read(QUESTION)
        self.question = text.strip() if text else None
        theirs = said["question"] if said else None
        if theirs is None:
            self.answer = None
        elif self.answer != [theirs, HAPROXY]:
            self.answer = [theirs, _program(theirs, virtual_ips)]
        if self.question:
            self._write_answer(self.question, virtual_ips, said)

    def _write_answer(self, question: str, virtual_ips: list[VirtualIp], said: Said | None) -> None:
        is_here = any(one.held != NO for one in virtual_ips if one.address == canonical(question.split()[0]))
        answer = [question, _program(question, virtual_ips)] if is_here else said["answer"] if said else None
        if answer and answer[0] == question and answer != self._written:
            self._written = answer
            system.write(ANSWER, "\n".join(answer))


def _program(question: str, virtual_ips: list[VirtualIp]) -> str:
    """The program of this host that has the connection."""
    address, port, source, source_port = question.split()
    if not any(one.address == canonical(address) for one in virtual_ips):
        return NO_PROGRAM
    ports = ["(", "sport", "=", f":{int(port)}", "and", "dport", "=", f":{int(source_port)}", ")"]
    listed = system.run(["ss", "-Htnp", "state", "established", *ports], 2) or ""
    for line in listed.splitlines():
        # The queues, the two ends, and `users:(("haproxy",pid=7,fd=9))`, which is missing until the program has accepted the connection.
        words = line.split()
        process_ids = re.findall(r",pid=(\d+),fd=\d+\)", line)
        if process_ids and [_host(words[2]), _host(words[3])] == [canonical(address), canonical(source)]:
            return _name(process_ids[-1])
    return NO_PROGRAM


def _host(end: str) -> str | None:
    """Of "[::ffff:192.0.2.1]:80": HAProxy can have one socket for both families."""
    text = end.rpartition(":")[0].strip("[]")
    try:
        return canonical(text.removeprefix("::ffff:") if "." in text else text)
    except OSError:
        # An address with its interface: "[fe80::1]%eth0:80".
        return None


def _name(process_id: str) -> str:
    """The name in `ss`'s output is whatever the program calls itself, also `x",pid=1`."""
    name = (system.read(f"/proc/{process_id}/comm") or "").strip()
    is_ours = "/haproxy.service" in (system.read(f"/proc/{process_id}/cgroup") or "")
    return HAPROXY if is_ours else f"{name} (process {process_id})"
