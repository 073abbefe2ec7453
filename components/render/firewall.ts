/**
 * /etc/ha-load-balancer-pair/firewall.nft: lets only the peer in on the ports of Heartbeat, the keepers and HAProxy's peers. Loaded by the
 * keeper's unit, and again by the keeper (host/lib/keeper/firewall.py) where another program has deleted the table. See nft(8).
 *
 * The table only drops packets: "accept" ends this table's rules, and another firewall can still drop the packet. It has the priority of "raw",
 * so a dropped packet reaches no other input chain.
 */
import type { Heartbeat, Listening, Node } from "../model";
import { keeperPort, peerAddresses } from "./keeper";

const table = "table inet ha-load-balancer-pair";
/**
 * The limits for addresses that are not declared: packets a second from each address, for all UDP ports together, and the number of addresses. A peer
 * on a bcast or mcast link, a peer with another address from a DHCP server, a host that replaces the peer and a host that has left the pair
 * send some 10 packets a second. Heartbeat and the keeper check the signatures. An attacker can forge any number of addresses.
 */
const others = { packets: 50, addresses: 64 };

/** `self` is the host's place in `nodes`. Without the firewall the file only deletes the table. */
export function firewall(
    isOn: boolean,
    heartbeat: Heartbeat,
    nodes: Node[],
    listening: Listening,
    self: number,
): string {
    const udp = [...new Set([heartbeat.udpport, ...heartbeat.mcast.map(({ port }) => port), keeperPort(heartbeat)])];
    const { peersPort } = listening;
    const own = nodes[self].address;
    const deleted = `${table}\ndelete ${table}\n`;
    if (!isOn) {
        return deleted;
    }
    return `${deleted}
${table} {
${otherAddresses("ip")}${otherAddresses("ip6")}    chain arriving {
        type filter hook input priority raw
        iifname "lo" accept
        udp dport { ${udp.join(", ")} } goto heartbeats
${peersPort === undefined ? "" : `        ${family(own)} daddr ${own} tcp dport ${peersPort} goto peers\n`}    }
    chain heartbeats {
${from(peerAddresses(heartbeat, nodes, self))}        update @other-ip { ip saddr limit rate ${others.packets}/second burst ${others.packets} packets } accept
        update @other-ip6 { ip6 saddr limit rate ${others.packets}/second burst ${others.packets} packets } accept
        drop
    }
${
    peersPort === undefined
        ? ""
        : `    chain peers {
${from([nodes[1 - self].address])}        drop
    }
`
}}
`;
}

function otherAddresses(keyword: "ip" | "ip6"): string {
    const type = keyword === "ip" ? "ipv4_addr" : "ipv6_addr";
    return `    set other-${keyword} {
        type ${type}
        size ${others.addresses}
        flags dynamic,timeout
        timeout 1m
    }
`;
}

function from(addresses: string[]): string {
    return (["ip", "ip6"] as const)
        .map((keyword) => ({ keyword, some: addresses.filter((address) => family(address) === keyword) }))
        .filter(({ some }) => some.length > 0)
        .map(({ keyword, some }) => `        ${keyword} saddr { ${some.join(", ")} } accept\n`)
        .join("");
}

function family(address: string): "ip" | "ip6" {
    return address.includes(":") ? "ip6" : "ip";
}
