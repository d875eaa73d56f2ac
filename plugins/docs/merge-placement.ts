import type { WireRoute } from "@isaas/gateway-sdk/services";
import { methods } from "./merge-operation.ts";
import { nameIn } from "./merge-reference.ts";
import { isObject, type Json, type JsonObject, own } from "./merge-tame.ts";
import { isTemplate, withoutNames } from "./merge-template.ts";

/** An operation of a service, where callers of the gateway find it. */
export interface Placement {
  readonly path: string;
  readonly method: string;
  readonly route: WireRoute;
  readonly operation: JsonObject;
  /** What stands around it in the service's document. */
  readonly item: JsonObject;
}

/** Paths of one document that are looked at, for each route. */
const maxPaths = 5000;
/** Operations of one service that are shown. */
const maxPlacements = 5000;

/** All operations of a document that the routes serve. `deeper`: prefixes of other services that may lie below them. */
export function placeOperations(
  document: JsonObject,
  routes: readonly WireRoute[],
  deeper: readonly string[],
): Placement[] {
  const paths = own(document, "paths");
  if (!isObject(paths)) return [];
  const items = Object.entries(paths)
    .slice(0, maxPaths)
    .filter(([path]) => isTemplate(path))
    .flatMap(([path, raw]) => {
      const item = resolveItem(raw, document);
      return item === undefined ? [] : [{ path, item }];
    });
  const prefixes = [...deeper, ...routes.map((route) => route.path_prefix)];
  const placements: Placement[] = [];
  const spellings = new Map<string, string>();
  const taken = new Set<string>();
  for (const route of routes) {
    const inside = prefixes.filter((prefix) => prefix !== route.path_prefix && isBelow(prefix, route.path_prefix));
    const served = methodsOf(route);
    for (const { path: servicePath, item } of items) {
      const path = toCallerPath(route, servicePath);
      if (path === undefined || inside.some((prefix) => isBelow(path, prefix))) continue;
      const nameless = withoutNames(path);
      if ((spellings.get(nameless) ?? path) !== path) continue;
      for (const method of served) {
        const operation = own(item, method);
        if (!isObject(operation) || taken.has(`${method} ${path}`)) continue;
        spellings.set(nameless, path);
        taken.add(`${method} ${path}`);
        placements.push({ path, method, route, operation, item });
        if (placements.length === maxPlacements) return placements;
      }
    }
  }
  return placements;
}

/** Undefined: callers cannot reach it by this route. */
function toCallerPath(route: WireRoute, path: string): string | undefined {
  const prefix = route.path_prefix;
  if (!route.strip_prefix) return isBelow(path, prefix) ? path : undefined;
  return path === "/" ? prefix : prefix + path;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function methodsOf({ methods: listed }: WireRoute): string[] {
  if (listed === undefined) return methods;
  const served = new Set<string>(listed.map((method) => method.toLowerCase()));
  if (served.has("get")) served.add("head");
  return methods.filter((method) => served.has(method));
}

/** A path may be a reference to another one, which stands in the components. */
function resolveItem(raw: Json, document: JsonObject): JsonObject | undefined {
  const ref = own(raw, "$ref");
  if (ref === undefined) return isObject(raw) ? raw : undefined;
  const name = nameIn("pathItems", ref);
  const item = name === undefined ? undefined : own(own(own(document, "components"), "pathItems"), name);
  return isObject(item) && own(item, "$ref") === undefined ? item : undefined;
}
