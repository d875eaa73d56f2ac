import type { DescribedService } from "@isaas/gateway-sdk/services";
import { Components } from "./merge-components.ts";
import { Names } from "./merge-names.ts";
import { type CleanOperation, cleaners, cleanOperation } from "./merge-operation.ts";
import { type Declared, declaredIn, parametersAt } from "./merge-parameter.ts";
import { type Part, toPart } from "./merge-part.ts";
import { type Placement, placeOperations } from "./merge-placement.ts";
import { isObject, type JsonObject, own, tame } from "./merge-tame.ts";

/** Characters of JSON for the operations of one service; those that come later are left out. */
const maxOperationsSize = 2 * 1024 * 1024;

/** What an operation that needs a token says. */
const bearer = [{ bearer: [] }];
const anyError = { default: { $ref: "#/components/responses/Error" } };

/**
 * What a service's own document says of the operations that callers reach, as they reach them. The document may be
 * anything: what is broken in it is left out. Undefined: it is no OpenAPI 3 document.
 */
export function mergeService(
  { name, routes, document }: DescribedService,
  deeper: readonly string[],
): Part | undefined {
  const raw = tame(document);
  const version = own(raw, "openapi");
  if (!isObject(raw) || typeof version !== "string" || !/^3\.\d/.test(version)) return undefined;
  const placements = placeOperations(raw, routes, deeper);
  const components = new Components({
    service: name,
    raw: own(raw, "components"),
    cleaners,
    operations: new Set(placements.map(({ operation }) => own(operation, "operationId")).filter(isText)),
  });
  const paths = mergePaths(name, placements, components);
  const description = own(own(raw, "info"), "description");
  return toPart({
    tags: [{ name, ...(isText(description) ? { description } : {}) }],
    paths,
    components: components.finish(),
  });
}

function mergePaths(
  service: string,
  placements: readonly Placement[],
  components: Components,
): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  const ids = new Names();
  const cleaned = new Map<JsonObject, CleanOperation>();
  const shared = new Map<JsonObject, Declared[]>();
  let size = 0;
  for (const { path, method, route, operation, item } of placements) {
    const clean = remember(cleaned, operation, () => cleanOperation(operation, components));
    const ofPath = remember(shared, item, () => declaredIn(own(item, "parameters"), components));
    const merged = {
      tags: [service],
      ...(clean.id === undefined ? {} : { operationId: ids.take(`${service}_${clean.id}`) }),
      ...clean.fields,
      parameters: parametersAt(path, ofPath, clean.parameters),
      responses: { ...clean.responses, ...anyError },
      security: route.auth_required ? bearer : [],
    };
    size += JSON.stringify(merged).length + path.length;
    if (size > maxOperationsSize) break;
    (paths[path] ??= {})[method] = merged;
  }
  return paths;
}

/** Several paths may lead to one operation, and each operation of a path has what the path says. */
function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
