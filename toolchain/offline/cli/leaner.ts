/**
 * A CLI without what nothing here uses, which is a third of the time that its build takes: the clouds' own storage and keys but S3, the
 * database backend, and the reader of Pulumi Cloud's API description (`pulumi api`). go build reads a copy of
 * the module that lacks these. What is left out says so when it is asked for.
 */
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../support/errors";

/** A top-level declaration of a function or type, with its comment. gofmt ends it with a brace in the first column. */
function declarations(text: string): { start: number; end: number; name: string }[] {
    const found =
        /(?:^\/\/.*\n)*^func (?:\([^)]*\) )?(\w+)\(.*(?:\n(?!}$).*)*\n}\n|(?:^\/\/.*\n)*^type (\w+) struct {\n(?:(?!}$).*\n)*}\n/gm;
    return [...text.matchAll(found)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
        name: match[1] ?? match[2],
    }));
}

function cut(text: string, isCut: (name: string) => boolean): string {
    return declarations(text)
        .filter(({ name }) => isCut(name))
        .reverse()
        .reduce((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
}

/** A function that ends at once with a statement in the place of its body. */
function ends(text: string, name: string, statement: string): string {
    const { start, end } = declarations(text).find((each) => each.name === name) as { start: number; end: number };
    const whole = text.slice(start, end);
    return `${text.slice(0, start)}${whole.slice(0, whole.indexOf("{\n") + 2)}\t${statement}\n}\n${text.slice(end)}`;
}

/** A block of statements that begins with a line, up to a brace with the same indentation. */
function cutBlock(text: string, line: string, last = "}"): string {
    const start = text.indexOf(`${line}\n`);
    const indentation = /^\s*/.exec(line)?.[0] ?? "";
    const end = text.indexOf(`\n${indentation}${last}`, start);
    return text.slice(0, start) + text.slice(last === "}" ? end + indentation.length + 3 : end + 1);
}

/** Go refuses an import that is not used; those for their effect alone (`_`) go where they are named. */
function cutImports(text: string, forEffect: string[] = []): string {
    const begin = text.indexOf("import (\n") + "import (\n".length;
    const end = text.indexOf("\n)\n", begin) + 1;
    const body = text.slice(end);
    const isUsed = (line: string) => {
        const [, alias, path] = /^\t(?:(\S+) )?"([^"]+)"/.exec(line) ?? [];
        if (path === undefined) {
            return true;
        }
        if (alias === "_") {
            return !forEffect.includes(path);
        }
        const name =
            alias ??
            (
                path
                    .split("/")
                    .filter((part) => !/^v\d+$/.test(part))
                    .at(-1) as string
            ).replace(/^.*\./, "");
        return new RegExp(`\\b${name}\\.`).test(body);
    };
    return text.slice(0, begin) + text.slice(begin, end).split("\n").filter(isUsed).join("\n") + body;
}

const drivers = ["awskms", "azurekeyvault", "hashivault"].map((name) => `gocloud.dev/secrets/${name}`);

/** By the file's path in the module: how it becomes leaner. */
const files: Record<string, (text: string) => string> = {
    "cmd/pulumi/cloud/schema.go": (text) =>
        cutImports(cut(text, (name) => !["mdInline", "markdownEnumTail"].includes(name))),
    "cmd/pulumi/cloud/spec.go": (text) => {
        const readers =
            /^(parseOperation|populateResponses|isInternalOp|applyRouteProperty|schemaToJSON|httpMethodOps|contentTypes|preferContentType)$/;
        const said =
            'return nil, NewAPIError(cmdutil.ExitInternalError, ErrSpecParse, "left out of this build of the CLI")';
        return cutImports(
            ends(
                cut(text, (name) => readers.test(name)),
                "parseIndex",
                said,
            ),
        );
    },
    "backend/diy/backend.go": (text) => {
        const blocks = ["\tif p.Scheme == gcsblob.Scheme {", "\tif p.Scheme == azureblob.Scheme {"];
        const effects = ["github.com/pulumi/pulumi/pkg/v3/backend/diy/postgres"];
        return cutImports(
            blocks.reduce((rest, line) => cutBlock(rest, line), text),
            effects,
        );
    },
    "authhelpers/gcpauth.go": (text) => cutImports(cut(text, (name) => name === "GoogleCredentialsMux")),
    "secrets/cloud/manager.go": (text) => cutImports(cutBlock(text, "\tcase gcpkms.Scheme:", "default:"), drivers),
};

/**
 * Makes a leaner copy of the module that the CLI is in, and the file for go build's -modfile that puts it in the module's place: go replaces
 * no single file of a module that it has downloaded. `module`: the folder of that; `own`: the one with our go.mod.
 */
export function leaner(module: string, own: string, folder: string): string {
    rmSync(folder, { recursive: true, force: true });
    const copy = join(folder, "pkg");
    cpSync(module, copy, { recursive: true, filter: (path) => !/\/testdata$|_test\.go$/.test(path) });
    for (const [path, make] of Object.entries(files)) {
        const text = readFileSync(join(module, path), "utf8");
        const less = make(text);
        if (less.length >= text.length) {
            throw new UserError(
                `toolchain/offline/cli/leaner.ts: ${path} is not as expected; adapt it to this version of Pulumi`,
            );
        }
        chmodSync(join(copy, path), 0o644);
        writeFileSync(join(copy, path), less);
    }
    const modfile = join(folder, "go.mod");
    const replaced = `\nreplace github.com/pulumi/pulumi/pkg/v3 => ${copy}\n`;
    writeFileSync(modfile, readFileSync(join(own, "go.mod"), "utf8") + replaced);
    cpSync(join(own, "go.sum"), join(folder, "go.sum"));
    return modfile;
}
