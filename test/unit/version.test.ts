import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../components/version";

test.each(["package.json", "components/package.json", "components/schema.json"])("%s has the same version", (file) => {
    expect(JSON.parse(readFileSync(join(__dirname, "..", "..", file), "utf8")).version).toBe(version);
});
