import { defineConfig } from "vitest/config";

// The unit and engine tests in one project, without those that read the sources as text: they would read every mutant at once.
export default defineConfig({
    test: {
        tags: [{ name: "all" }],
        root: `${import.meta.dirname}/..`,
        include: ["unit/**/*.test.ts", "engine/**/*.test.ts"],
        exclude: ["unit/docs.test.ts", "unit/runbook.test.ts"],
        testTimeout: 60_000,
    },
});
