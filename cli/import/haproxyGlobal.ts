/** Imports `global` of haproxy.cfg. */
import type { HaproxyArgs } from "../../components/args";
import { last } from "./haproxyDefaults";
import type { Section } from "./haproxyText";

/** Lines that the component itself writes into `global`, and lines without effect. */
const ownGlobal =
    /^(chroot \/var\/lib\/haproxy|(user|group) haproxy|daemon|pidfile .*|nbproc 1|maxconn \d+|stats timeout .*|stats socket .*)$/;

/** A log target on the host itself. */
const localLog = /^log (?:\/dev\/log|127\.0\.0\.1|localhost)(?:\s+len\s+\d+)?\s+([a-z]+[0-7]?)$/;

export function importGlobal({ lines }: Section, args: HaproxyArgs, notes: string[]): void {
    const log = lines.find((line) => localLog.test(line));
    const [, facility] = localLog.exec(log ?? "") ?? [];
    const more = lines.filter((line) => !ownGlobal.test(line) && line !== log);
    const maxconn = last(lines, "maxconn");
    for (const socket of lines.filter((line) => /^stats socket (?!\/run\/haproxy\/admin\.sock)/.test(line))) {
        notes.push(`haproxy.cfg: "${socket}" is left out: the component uses /run/haproxy/admin.sock`);
    }
    for (const other of more.filter((line) => /^(chroot|user|group|nbproc) /.test(line))) {
        notes.push(`haproxy.cfg: "${other}" overrides the component's own line. Remove it if that is not intended`);
    }
    Object.assign(args, {
        ...(maxconn ? { maxconn: Number(maxconn) } : {}),
        ...(facility && facility !== "local0" ? { logfacility: facility } : {}),
        ...(more.length > 0 ? { globalLines: more } : {}),
    });
}
