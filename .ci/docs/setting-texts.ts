import { environmentName, isTextual } from "../../src/config/environment.ts";
import { flagOf } from "../../src/config/flags.ts";
import { describeWanted, type DescribedSchema } from "@isaas/gateway-sdk/validation";
import { code, codes, table } from "./markdown.ts";

type Settings = readonly (readonly [key: string, schema: DescribedSchema])[];

/** One line a setting, with a link to all that is said of it. */
export function overview(settings: Settings): string {
  const rows = settings.map(([key, schema]) => [
    `[${code(key)}](#${key})`,
    variableOf(key, schema),
    describeFlag(key),
    describeDefault(schema) ?? "see there",
  ]);
  return table(["setting", "environment", "flag", "default"], rows);
}

/** All settings by their sections, in the schema's order. */
export function settingSections(settings: Settings): string {
  const sections = Map.groupBy(settings, ([key, schema]) => {
    if (schema.section === undefined) throw new Error(`the setting ${key} has no section`);
    return schema.section;
  });
  return [...sections]
    .map(([title, members]) => [`### ${title}`, ...members.map(describeSetting)].join("\n\n"))
    .join("\n\n");
}

function describeSetting([key, schema]: Settings[number]): string {
  const value = describeDefault(schema);
  const facts = [
    ["Environment", variableOf(key, schema)],
    ["Flag", describeFlag(key)],
    ["Default", value ?? ""],
    ["Accepts", describeWanted(schema)],
  ].filter(([, fact]) => fact !== "");
  return `#### ${key}\n\n${describe(key, schema)}\n\n${facts.map(([name, fact]) => `- ${name}: ${fact}`).join("\n")}`;
}

/** The keys of one route. */
export function routeKeys(schema: DescribedSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, part]) => [
    code(key),
    schema.required?.includes(key) === true && part.default === undefined
      ? "must be given"
      : (describeDefault(part) ?? "see meaning"),
    describeWanted(part),
    describe(key, part),
  ]);
  return table(["key", "default", "accepts", "meaning"], rows);
}

function describe(key: string, { description }: DescribedSchema): string {
  if (description === undefined) throw new Error(`the setting ${key} has no description`);
  return description;
}

function variableOf(key: string, schema: DescribedSchema): string {
  return isTextual(schema) ? code(environmentName(key)) : "";
}

function describeFlag(key: string): string {
  const flag = flagOf(key);
  return flag === undefined ? "" : code(`--${flag}`);
}

const mebibyte = 1024 * 1024;

function describeDefault({ default: value }: DescribedSchema): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? "empty" : codes(value.map(String));
  const isMebibytes = typeof value === "number" && value > 0 && value % mebibyte === 0;
  return code(String(value)) + (isMebibytes ? ` (${value / mebibyte} MiB)` : "");
}
