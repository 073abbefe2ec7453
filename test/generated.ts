/** How many generated cases a property is tried on. */

/** All of them in `npm run test:all`; in `npm test` a twentieth, so that it stays quick enough to be run before each commit. */
export function cases(inFull: number): { numRuns: number } {
    return { numRuns: process.env.HALB_TEST_ALL ? inFull : Math.ceil(inFull / 20) };
}
