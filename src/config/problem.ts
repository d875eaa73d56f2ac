/** One mistake in the settings: where, what is wanted, what was got, and which source said it. */
export interface SettingProblem {
  readonly path: string;
  readonly wanted: string;
  readonly got: string;
  /** `PORT`, `--port`, or the file and where known its line. */
  readonly source: string;
}

export function formatProblem(problem: SettingProblem): string {
  return `${problem.path}: wanted ${problem.wanted}, got ${problem.got} (${problem.source})`;
}

/** Stops the start. Carries every mistake, so that nobody has to fix them one start at a time. */
export class SettingsError extends TypeError {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/** Says what a value is. Short scalars are shown; anything that may hold a secret or an address is described. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (value === "") return "an empty string";
    return /^[\w./*-]{1,24}$/.test(value)
      ? JSON.stringify(value)
      : `a string of ${value.length} character${value.length === 1 ? "" : "s"}`;
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return "settings by name";
}
