import { findMistakes, type Mistake } from "@isaas/gateway-sdk/validation";
import type { TObject } from "typebox";
import { describeSecret, describeValue, type SettingProblem } from "./problem.ts";

const settingNames = { noun: "a known setting", reference: ", see docs/configuration.md" };

interface Checked {
  /** The top-level values that fit, as they came. */
  readonly sound: Readonly<Record<string, unknown>>;
  readonly problems: readonly SettingProblem[];
}

/**
 * Lists all that does not fit the schema, one problem a path. What a source that `isPart` of the settings leaves out,
 * another one may say.
 */
export function validate(
  schema: TObject,
  value: Readonly<Record<string, unknown>>,
  sourceOf: (keys: readonly string[]) => string,
  { isPart = false }: { readonly isPart?: boolean } = {},
): Checked {
  const mistakes = findMistakes(schema, value, settingNames).mistakes.filter(
    ({ kind, keys }) => !isPart || kind !== "missing" || keys.length > 1,
  );
  const wrong = new Set(mistakes.map(({ keys }) => keys[0] ?? ""));
  return {
    sound: Object.fromEntries(Object.entries(value).filter(([key]) => !wrong.has(key))),
    problems: mistakes.map((mistake) => {
      const { path, wanted, keys } = mistake;
      return { path, wanted, got: describeGot(mistake), source: sourceOf(keys) };
    }),
  };
}

function describeGot({ kind, value, schema }: Mistake): string {
  // The value stays unsaid: what a misspelt name holds may well be a secret.
  if (kind === "unknown") return "an unknown name";
  if (kind === "missing") return "nothing";
  return schema?.secret === true ? describeSecret(value) : describeValue(value);
}
