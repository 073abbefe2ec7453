"""Loads the keeper's configuration: keeper.json, which the component renders, and the interfaces that the heartbeat step resolved."""

import json
import os.path

from keeper.ports.network import canonical


def load(path):
    """Adds the interface of each virtual IP, from the "ADDRESS INTERFACE" lines of the file interfaces in the same folder."""
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    with open(os.path.join(os.path.dirname(path), "interfaces"), encoding="utf-8") as file:
        interfaces = {canonical(address): name for address, name in (line.split() for line in file)}
    for declared in config["virtualIps"]:
        declared["interface"] = interfaces[canonical(declared["address"])]
    return config
