/** Parts of `heartbeat` and `haproxy` that a preview can know while the rest is unknown or secret. */
import * as pulumi from "@pulumi/pulumi";
import type {
    BackendArgs,
    FrontendArgs,
    HaLoadBalancerPairArgs,
    HaproxyArgs,
    ServerArgs,
    ServerSslArgs,
} from "../args";
import { defaultServerVerify } from "../args/defaults";
import type { ListeningArgs } from "../defaults/haproxy";
import type { Packages } from "../model";
import { known } from "../values/known";
import { withoutNulls } from "../values/nulls";

/** The inputs that decide where HAProxy listens. */
export function listeningArgs({
    listen,
    frontend,
    backend,
    stats,
    prometheus,
    peers,
}: HaproxyArgs): pulumi.Output<ListeningArgs> {
    const sections = pulumi.all([listen ?? [], frontend ?? [], backend ?? []].map((list) => each(list, hasStickTable)));
    return resolve({
        listen: each(listen, placesOf),
        frontend: each(frontend, placesOf),
        stats: { port: stats?.port },
        prometheus: prometheus && part(prometheus, ({ port: own }) => ({ port: own })),
        peers,
        hasStickTable: sections.apply((lists) => lists.flat().includes(true)),
    });
}

/** The packages that are needed, in which versions. */
export function packages({ heartbeat, haproxy }: HaLoadBalancerPairArgs): pulumi.Output<Packages> {
    const { listen, backend, version } = haproxy;
    const servers = [each(listen, serversOf), each(backend, serversOf)];
    return resolve({
        heartbeat: part(heartbeat ?? {}, ({ version: own }) => own),
        haproxy: version,
        trustsSystem: pulumi.output(servers).apply((lists) => lists.flat(2).includes(true)),
    });
}

function serversOf({ servers }: BackendArgs) {
    return each(servers, trustsSystem);
}

function trustsSystem({ ssl }: ServerArgs): pulumi.Input<boolean> {
    const byVerify = ({ verify, ca }: ServerSslArgs) =>
        !ca && part(verify ?? defaultServerVerify, (how) => how !== "none");
    return ssl ? part(ssl, byVerify) : false;
}

function placesOf(section: FrontendArgs): Pick<FrontendArgs, "bind"> {
    const { bind } = section;
    return { bind: bind ? each(bind, ({ address, port }) => ({ address, port })) : undefined };
}

function hasStickTable({ stickTable }: { stickTable?: unknown }): boolean {
    return stickTable !== undefined && stickTable !== null;
}

/** A part of an input. It is known now if the input is a plain value, even if other parts of it are unknown. */
function part<T, U>(input: pulumi.Input<T>, of: (value: T) => U): pulumi.Output<pulumi.Unwrap<U>> {
    const plain = known(input);
    return pulumi.output(
        plain === undefined ? pulumi.output(input).apply((value) => of(value as T)) : of(plain),
    ) as pulumi.Output<pulumi.Unwrap<U>>;
}

/** A part of each element of a list. */
function each<T, U>(input: pulumi.Input<pulumi.Input<T>[]> | undefined, of: (value: T) => U) {
    return part(input ?? [], (list) => list.map((element) => part(element, of)));
}

/** Resolves an input and removes fields that are null, which other languages send for absent ones. */
export function resolve<T>(input: pulumi.Input<T>): pulumi.Output<pulumi.Unwrap<T>> {
    return pulumi.output(input).apply(withoutNulls) as pulumi.Output<pulumi.Unwrap<T>>;
}
