import { defineConfig } from "vitest/config";

/** The lab's tests mostly wait: for Heartbeat's times, and for apt. Two files at a time leave room on two cores for what clients see. */
const lab = { maxWorkers: 2, testTimeout: 900_000, hookTimeout: 900_000 };

export default defineConfig({
    test: {
        root: import.meta.dirname,
        projects: [
            { test: { name: "unit", include: ["unit/**/*.test.ts"], testTimeout: 60_000 } },
            { test: { name: "engine", include: ["engine/**/*.test.ts"], testTimeout: 30_000 } },
            { test: { name: "lab", include: ["lab/**/*.test.ts"], ...lab } },
        ],
    },
});
