import { expect, test } from "vitest";
import { milliseconds } from "../../components/values/time";

// What Heartbeat 3.0.6 makes of each, by running its own parser.
test.each([
    ["2", 2000],
    ["1.7", 1700],
    ["500ms", 500],
    ["250ms", 250],
    ["2s", undefined],
    ["2sec", undefined],
    ["5m", undefined],
    ["1e3", undefined],
    ["250us", undefined],
    ["200 ms", undefined],
    ["", undefined],
    ["-1", undefined],
])("%j is %j ms", (text, expected) => {
    expect(milliseconds(text)).toBe(expected);
});
