"""Loads the keeper's configuration: keeper.json, which the component renders, and the interfaces that the heartbeat step resolved."""

import json
import os.path
from typing import TypedDict

from keeper.ports.network import canonical


class DeclaredHook(TypedDict):
    # With its arguments.
    command: list[str]
    # In seconds.
    timeout: float
    isRequired: bool


class DeclaredFencing(TypedDict):
    command: str
    timeout: float


class Declared(TypedDict):
    """One virtual IP."""

    # The address as the agent spells it.
    word: str
    address: str
    interface: str
    preferred: bool
    onAcquire: DeclaredHook | None
    onRelease: DeclaredHook | None


class Config(TypedDict):
    """components/render/keeper.ts writes it. Times are in seconds."""

    node: str
    peer: str
    port: int
    udpport: int
    deadtime: float
    peerAddresses: list[str]
    interval: float
    silence: float
    virtualIps: list[Declared]
    # The first resource of each host's line in haresources; None: a host without virtual IPs of its own.
    group: str | None
    peerGroup: str | None
    failback: bool
    ping: list[str]
    fencing: DeclaredFencing | None
    firewall: bool


def load(path: str) -> Config:
    """Adds the interface of each virtual IP, from the "ADDRESS INTERFACE" lines of the file interfaces in the same folder."""
    with open(path, encoding="utf-8") as file:
        config: Config = json.load(file)
    with open(os.path.join(os.path.dirname(path), "interfaces"), encoding="utf-8") as file:
        interfaces = {canonical(address): name for address, name in (line.split() for line in file)}
    for declared in config["virtualIps"]:
        declared["interface"] = interfaces[canonical(declared["address"])]
    return config
