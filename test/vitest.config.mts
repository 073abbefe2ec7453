import { defineConfig } from "vitest/config";

/** The lab's tests share two cores and measure what clients see: one file at a time, and time to boot and converge. */
const lab = { fileParallelism: false, testTimeout: 300_000, hookTimeout: 600_000 };

export default defineConfig({
    test: {
        root: import.meta.dirname,
        projects: [
            { test: { name: "unit", include: ["unit/**/*.test.ts"] } },
            { test: { name: "engine", include: ["engine/**/*.test.ts"], testTimeout: 30_000 } },
            { test: { name: "lab", include: ["lab/**/*.test.ts"], ...lab } },
        ],
    },
});
