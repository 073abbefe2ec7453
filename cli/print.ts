/** Text for people. */

/** Columns that stand under each other. */
export function columns(rows: string[][]): string {
    const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
    return rows
        .map((row) =>
            row
                .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i])))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
