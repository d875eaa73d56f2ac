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
  if (typeof value === "string") return /^[\w./*-]{1,24}$/.test(value) ? JSON.stringify(value) : describeString(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return "settings by name";
}

/** The same where not even a short value may be shown. */
export function describeSecret(value: unknown): string {
  if (typeof value === "string") return describeString(value);
  return typeof value === "number" ? "a number" : describeValue(value);
}

function describeString({ length }: string): string {
  return length === 0 ? "an empty string" : `a string of ${length} character${length === 1 ? "" : "s"}`;
}
