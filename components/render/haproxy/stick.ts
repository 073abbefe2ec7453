/** `stick-table` and `stick`. The peers' section keeps the entries of both hosts equal. */
import type { Stick, StickTable } from "../../model";
import { line } from "./words";

/** The name of the section in peersCfg.ts. */
export const peersSection = "ha-load-balancer-pair";

export function stickTable({ type, len, size, expire, nopurge, store }: StickTable): string {
    return line(
        `stick-table type ${type}`,
        len !== undefined && `len ${len}`,
        `size ${size}`,
        `expire ${expire}`,
        nopurge === true && "nopurge",
        store.length > 0 && `store ${store.join(",")}`,
        `peers ${peersSection}`,
    );
}

export function stick({ kind, pattern, table, condition }: Stick): string {
    return line(`stick ${kind}`, pattern, table !== undefined && `table ${table}`, condition);
}
