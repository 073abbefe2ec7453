/** What the hosts of a pair say that does not do what it should. */
import type { Lab } from "./lab";

const look =
    "ip -o address show scope global; cl_status rscstatus; journalctl -n 100 -o short-precise -u heartbeat -u ha-load-balancer-pair";

/** In milliseconds: a frozen host does not answer. */
const limit = 10_000;

/** Prints it. A host that is off says nothing. */
export async function explain(lab: Lab): Promise<void> {
    for (const host of lab.loadBalancers.filter((each) => each.isOn())) {
        const { stdout, stderr } = await host.attempt(look, undefined, limit);
        console.log(`${host.name}:\n${stdout}${stderr}`);
    }
}
