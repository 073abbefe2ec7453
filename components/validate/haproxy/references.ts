/** Checks names between sections: each is unique, and each reference has a target. */
import type { BindArgs, BindSslArgs, HaproxyArgs, StickArgs, UseBackendArgs } from "../../args";
import { defaultMode } from "../../args/defaults";
import { known, knownList, wholeList } from "../../values/known";
import type { Checker } from "../checker";
import type { Declared } from "./section";

export function references(check: Checker, args: HaproxyArgs, declared: Declared[]): void {
    check.distinct(
        declared.map((each) => known(each.args.name)),
        (i) => `${declared[i].path}.name`,
    );
    tables(check, args, declared);
    const backEnds = declared.filter(({ keyword }) => keyword !== "frontend");
    const mayBeMore =
        [args.listen, args.backend].some((input) => wholeList<unknown>(input) === undefined) ||
        args.sections !== undefined;
    for (const { path, args: front, keyword } of declared.filter((each) => each.keyword !== "backend")) {
        const uses = (knownList<UseBackendArgs>(front.useBackend) ?? []).map((use, i) => ({
            at: `${path}.useBackend[${i}].backend`,
            name: known(use?.backend),
        }));
        for (const { at, name } of [...uses, { at: `${path}.defaultBackend`, name: known(front.defaultBackend) }]) {
            const target = name === undefined ? undefined : backEnds.find((each) => known(each.args.name) === name);
            if (name && !target && !mayBeMore && backEnds.every((each) => known(each.args.name) !== undefined)) {
                check.add(at, `"${name}" is neither a backend nor a listen; declared: ${names(backEnds)}`);
            }
            if (target && target.path === path) {
                check.add(at, `"${name}" is this section itself`);
            }
            if (target && mode(front) === "http" && mode(target.args) === "tcp") {
                check.add(at, `"${name}" is in mode tcp, and this section in mode http`);
            }
        }
        if (keyword === "frontend" && hasNoTarget(front)) {
            check.add(path, "no back end and no rule that answers. Set defaultBackend, useBackend or httpRequest");
        }
    }
}

/** Each `stick` rule has a table. */
function tables(check: Checker, args: HaproxyArgs, declared: Declared[]): void {
    const mayBeMore =
        [args.listen, args.frontend, args.backend].some((input) => wholeList<unknown>(input) === undefined) ||
        args.sections !== undefined ||
        declared.some((each) => known(each.args.name) === undefined);
    for (const { path, args: own } of declared) {
        knownList<StickArgs>(own.stick)?.forEach((each, i) => {
            const name = each?.table === undefined ? known(own.name) : known(each.table);
            const target = declared.find((other) => name !== undefined && known(other.args.name) === name);
            const isInText = target?.args.lines !== undefined;
            if (each && name && target?.args.stickTable === undefined && !isInText && !(mayBeMore && !target)) {
                const at = each.table === undefined ? `${path}.stick[${i}]` : `${path}.stick[${i}].table`;
                check.add(at, `"${name}" ${target ? "has no stickTable" : "is not a section with a stickTable"}`);
            }
        });
    }
}

/** Each bind's certificates are declared. */
export function certificateReferences(check: Checker, args: HaproxyArgs, declared: Declared[]): void {
    const there = Array.isArray(args.certificates) ? args.certificates.map((each) => each?.name) : [];
    for (const { path, args: front } of declared.filter(({ keyword }) => keyword !== "backend")) {
        knownList<BindArgs>(front.bind)?.forEach((bind, i) => {
            const ssl = known(bind?.ssl) as BindSslArgs | undefined;
            knownList(ssl?.certificates)?.forEach((name, j) => {
                if (name !== undefined && !there.includes(name)) {
                    check.add(
                        `${path}.bind[${i}].ssl.certificates[${j}]`,
                        `"${name}" is not one of haproxy.certificates (${there.join(", ") || "none"})`,
                    );
                }
            });
        });
    }
}

function hasNoTarget(front: Declared["args"]): boolean {
    return [front.defaultBackend, front.useBackend, front.httpRequest, front.lines, front.httpsRedirect].every(
        (input) => input === undefined || input === false || (Array.isArray(input) && input.length === 0),
    );
}

/** Undefined if it is not known yet. */
export function mode({ mode: input }: Declared["args"]): string | undefined {
    return input === undefined ? defaultMode : known(input);
}

function names(sections: Declared[]): string {
    return sections.map((each) => known(each.args.name)).join(", ") || "none";
}
