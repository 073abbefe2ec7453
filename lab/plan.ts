/** What a lab consists of: its hosts, and where its files and kernel objects are. */
import type { Image } from "./image";

export type Role = "load balancer" | "back end";

/** A host, as the lab's file declares it. */
export interface HostPlan {
    /** Short name, unique in the lab: `lb1`, `web1`. */
    name: string;
    /** The output of `uname -n`: `lb1.example.com`. */
    fqdn: string;
    address: string;
    /** The same interface's IPv6 address. */
    address6: string;
    /** Load balancers have a second cable, to a network of their own (eth1). */
    secondAddress?: string;
    role: Role;
}

export interface Site {
    /** Name prefix of the lab's kernel objects: `halb.dev`. */
    prefix: string;
    /** The lab's own folder. */
    dir: string;
    /** The network namespace of operators and clients. */
    control: string;
    image: Image;
    /** Another apt repository for its load balancers, in /srv/next. */
    nextRepository?: string;
    /** Whether its load balancers have only the base image. */
    isMinimal?: boolean;
    /** The folder of the converged pair that the lab begins with (converged.ts). */
    converged?: string;
}
