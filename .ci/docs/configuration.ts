import { readFileSync } from "node:fs";
import { join } from "node:path";
import { coreServices, policies, reservedSegments } from "@isaas/gateway-sdk/contract";
import { createSettingsSchema } from "../../src/config/compose-schema.ts";
import { environmentName } from "../../src/config/environment.ts";
import type { DescribedSchema } from "@isaas/gateway-sdk/validation";
import { corePlugins } from "../../src/core-plugins.ts";
import { code, codes, fillTemplate, table } from "./markdown.ts";
import { notYet } from "./not-yet.ts";
import { overview, routeKeys, settingSections } from "./setting-texts.ts";

/** docs/configuration.md: the text of its template with what the schema and the contract say. */
export function configurationPage(): string {
  const properties: Readonly<Record<string, DescribedSchema>> = createSettingsSchema(corePlugins).properties;
  const settings = Object.entries(properties);
  const origin =
    "<!-- `bun run docs` makes this page of the settings schema and .ci/docs/configuration.md: change those. -->";
  const page = fillTemplate(readFileSync(join(import.meta.dirname, "configuration.md"), "utf8"), {
    overview: overview(settings),
    settings: settingSections(settings),
    reserved: `Reserved for the gateway, and refused as the name of a service: ${codes(reservedSegments)}.`,
    "core-services": coreServiceTable(),
    routes: routeKeys(properties["routes"]?.items ?? {}),
    "not-yet": notYetTable(new Set(settings.map(([key]) => environmentName(key)))),
  });
  return `${origin}\n\n${page}`;
}

function coreServiceTable(): string {
  const rows = Object.entries(coreServices).map(([name, { segment, methods, policies: asked }]) =>
    [code(name), code(environmentName(`${name}_url`)), code(`/api/v1/${segment}`), methods.join(", ")].concat(
      policies.map((policy) => (asked.includes(policy) ? "yes" : "no")),
    ),
  );
  return table(["service", "environment", "prefix", "methods", ...policies.map(code)], rows);
}

function notYetTable(known: ReadonlySet<string>): string {
  const rows = notYet.map(({ variables, meaning }) => {
    const learnt = variables.filter((name) => known.has(name));
    if (learnt.length > 0) throw new Error(`${learnt.join(", ")} is a setting now: take it off the list in not-yet.ts`);
    return [codes(variables), meaning];
  });
  return table(["environment", "for"], rows);
}
