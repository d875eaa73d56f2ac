import { type DescribedSchema, describeWanted } from "@isaas/gateway-sdk/validation";
import { environmentName } from "./environment.ts";
import type { SettingProblem } from "./problem.ts";

interface Schema {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, DescribedSchema>>;
}

/** What no source has said and has no default. Where a source has said it wrong, that is told already. */
export function missingSettings(
  { required = [], properties }: Schema,
  value: Readonly<Record<string, unknown>>,
  known: readonly SettingProblem[],
): SettingProblem[] {
  return required
    .filter((key) => value[key] === undefined && !known.some(({ path }) => path.split(/[.[]/, 1)[0] === key))
    .map((path) => ({
      path,
      wanted: describeWanted(properties[path]),
      got: "nothing",
      source: environmentName(path),
    }));
}
