"""Folders of the keeper and the agent on a host, as components/host/lib/keeper/ports/system.py has them."""

RUN = "/run/ha-load-balancer-pair"
STATE = "/var/lib/ha-load-balancer-pair"
