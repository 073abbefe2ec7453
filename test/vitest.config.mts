import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The lab's tests mostly wait, for Heartbeat's times. What burns CPU in them takes turns (toolchain/budget.ts). */
const lab = { maxWorkers: 4, testTimeout: 900_000, hookTimeout: 900_000 };

/** What takes longest comes first, so that no file runs alone at the end. What is not here comes after these, the largest file first. */
const first = [
    "ownership",
    "documentation",
    "classic",
    "brokenOff",
    "networks",
    "managers",
    "upgrades",
    "releaseUpgrade",
    "versions",
    "Events.test",
    "drift",
    "rotation",
    "pipelines",
    "languages",
    "conformance",
    "examples",
    "replace",
    "model",
    "halb.test",
    "adoption",
    "virtualIps",
    "openConnections",
    "fencing",
    "links",
    "activeActive",
];

class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
        const place = ({ moduleId }: TestSpecification) => {
            const known = first.findIndex((name) => moduleId.includes(name));
            return known < 0 ? first.length : known;
        };
        return (await super.sort(files)).sort((a, b) => place(a) - place(b));
    }
}

const setupFiles = ["cost.ts"];

export default defineConfig({
    test: {
        // What `npm test` leaves to `npm run test:all`.
        tags: [{ name: "all" }],
        root: import.meta.dirname,
        sequence: { sequencer: LongestFirst },
        projects: [
            { test: { name: "unit", include: ["unit/**/*.test.ts"], testTimeout: 60_000, setupFiles } },
            { test: { name: "engine", include: ["engine/**/*.test.ts"], testTimeout: 30_000, setupFiles } },
            { test: { name: "lab", include: ["lab/**/*.test.ts"], ...lab, setupFiles } },
        ],
    },
});
