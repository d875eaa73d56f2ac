/** What one source says, typed but not yet checked. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where exactly it says so. */
  sourceOf(keys: readonly string[]): string;
}
