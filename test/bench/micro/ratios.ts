import type { MicroRow } from "./micro-bench.ts";

/** Compares each row with the first one whose name is the same up to its comma. */
export function withRatios(rows: readonly MicroRow[]): MicroRow[] {
  const first = new Map<string, number>();
  return rows.map((row) => {
    const kind = row.name.split(",", 1)[0] ?? "";
    const base = first.get(kind) ?? row.nsPerOperation;
    first.set(kind, base);
    return { ...row, ratio: row.nsPerOperation / base };
  });
}
