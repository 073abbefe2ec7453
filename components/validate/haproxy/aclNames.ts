/** The names in conditions are those of acls of the same section, or HAProxy's own. */
import type { AclArgs, HaproxyArgs, RuleArgs, StickArgs, UseBackendArgs } from "../../args";
import { forms } from "../../values/forms";
import { known, knownList, wholeList } from "../../values/known";
import type { Checker } from "../checker";
import type { Declared } from "./section";

/** Manual, 7.4. */
const ownNames =
    /^(FALSE|TRUE|LOCALHOST|HTTP|HTTP_1\.0|HTTP_1\.1|HTTP_2\.0|HTTP_3\.0|HTTP_CONTENT|HTTP_URL_(ABS|SLASH|STAR)|METH_[A-Z]+|RDP_COOKIE|REQ_CONTENT|WAIT_END)$/;

export function aclNames(check: Checker, args: HaproxyArgs, declared: Declared[]): void {
    for (const { path, args: own } of declared) {
        const names = namesOf(own, args);
        if (names) {
            for (const { at, condition } of conditions(path, own)) {
                for (const name of namesIn(condition).filter((each) => !names.includes(each) && !ownNames.test(each))) {
                    check.add(at, `"${name}" is not an acl of this section; declared: ${names.join(", ") || "none"}`);
                }
            }
        }
    }
}

/** Those that the section has; undefined where they are not all known. */
function namesOf(own: Declared["args"], { defaultsLines }: HaproxyArgs): string[] | undefined {
    const names = wholeList<AclArgs>(own.acl)?.map((acl) => known(acl?.name));
    const texts = [own.lines, defaultsLines].map((input) => wholeList(input));
    if (!names || [...names, ...texts].includes(undefined)) {
        return undefined;
    }
    const inText = texts.flat().flatMap((text) => /^\s*acl\s+(\S+)/.exec(String(text))?.[1] ?? []);
    return [...(names as string[]), ...inText];
}

function conditions(path: string, own: Declared["args"]): { at: string; condition: string }[] {
    const lists = {
        httpRequest: knownList<RuleArgs>(own.httpRequest),
        httpResponse: knownList<RuleArgs>(own.httpResponse),
        useBackend: knownList<UseBackendArgs>(own.useBackend),
        stick: knownList<StickArgs>(own.stick),
    };
    return Object.entries(lists).flatMap(([name, list]) =>
        (list ?? []).flatMap((each, i) => {
            const condition = known(each?.condition);
            return forms.condition.test(String(condition))
                ? [{ at: `${path}.${name}[${i}].condition`, condition: String(condition) }]
                : [];
        }),
    );
}

/** The words of a condition that are names: not what stands in braces, which is a criterion and its values. */
function namesIn(condition: string): string[] {
    const [, ...words] = condition.replace(/(^| )!?\{ .*? \}(?= |$)/g, " ").split(/ +/);
    const names = words.map((word) => word.replace(/^!+/, ""));
    return names.filter((name) => name !== "" && name !== "or" && name !== "||");
}
