/**
 * The layers of this project and what each may import, for dependency-cruiser (`npm test -- --suite lint`).
 * docs/architecture.md explains them. A folder may import itself and every folder of an earlier line; folders on one line do not
 * import each other.
 */

/** Below components/, lowest layer first. */
const component = [
    ["values", "version.ts"],
    ["args"],
    ["options"],
    ["errors"],
    ["model"],
    ["validate", "defaults", "render"],
    ["inputs", "outputs", "remote"],
    ["steps"],
    ["survey"],
    ["haLoadBalancerPair.ts"],
    ["index.ts"],
];

/** The project, lowest layer first. */
const project = [["support", "components"], ["cli"], ["toolchain"], ["lab"], ["bench", "test", "index.ts", "examples"]];

/** A file or a folder as a regular expression on paths. */
const pattern = (prefix, room) => `^${prefix}${room.endsWith(".ts") ? `${room.replace(".", "[.]")}$` : `${room}/`}`;

function rules(prefix, layers) {
    return layers.flatMap((rooms, i) =>
        rooms.map((room) => ({
            name: `${prefix}${room}`,
            comment: `${prefix}${room} may import itself and what is below it in layers.cjs`,
            severity: "error",
            from: { path: pattern(prefix, room) },
            to: {
                path: layers.flat().map((each) => pattern(prefix, each)),
                pathNot: [room, ...layers.slice(0, i).flat()].map((each) => pattern(prefix, each)),
            },
        })),
    );
}

module.exports = {
    forbidden: [
        ...rules("components/", component),
        ...rules("", project),
        {
            name: "no tests in the package",
            severity: "error",
            from: { path: "^(components|cli|support)/" },
            to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@pulumi/pulumi" },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(toolchain/offline|dist|[.]cache)/" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
