import { reservedSegments } from "@isaas/gateway-sdk/contract";
import { entriesOf, type Json, own } from "./json.ts";
import { operationType } from "./operation-type.ts";
import { RouteTree } from "./route-tree.ts";
import { SchemaTypes } from "./schema-type.ts";
import { objectType } from "./type-text.ts";

const methods: ReadonlySet<string> = new Set(["get", "head", "post", "put", "patch", "delete", "options"]);
/** A path that the document of every gateway has, below its prefix. */
const landmark = "/auth/token";

/**
 * A declaration file from the OpenAPI document of a gateway: `Services`, the live services by the segment that follows
 * the API prefix, and `Gateway`, its own endpoints there. Nothing that a service says can become code, and what is broken
 * in it is `unknown`. Undefined: it is no such document.
 */
export function printTypes(document: Json): string | undefined {
  const paths = entriesOf(own(document, "paths"));
  const prefix = paths
    .map(([path]) => path)
    .filter((path) => path.endsWith(landmark))
    .toSorted((a, b) => a.length - b.length)[0]
    ?.slice(0, -landmark.length);
  if (typeof own(document, "openapi") !== "string" || prefix === undefined) return undefined;

  const types = new SchemaTypes(document);
  const tree = new RouteTree();
  for (const [path, item] of paths) {
    if (!path.startsWith(`${prefix}/`)) continue;
    // A slash at the end is no segment.
    const segments = path
      .slice(prefix.length + 1)
      .split("/")
      .filter((segment) => segment !== "");
    for (const [method, operation] of entriesOf(item)) {
      if (!methods.has(method)) continue;
      const summary = own(operation, "summary") ?? own(operation, "description");
      const comment = typeof summary === "string" ? summary : "";
      tree.add(segments, method, operationType(document, operation, types), comment);
    }
  }
  const isReserved = (name: string): boolean => reservedSegments.includes(name);
  const services = tree.names.filter((name) => !isReserved(name));
  return [
    "// Made by `gateway types`: the services that were there when it ran. Use: createClient<Services>(url, credentials).",
    declaration("Services", tree, services),
    declaration("Gateway", tree, tree.names.filter(isReserved)),
    types.declaration(),
  ].join("\n\n");
}

function declaration(name: string, tree: RouteTree, keys: readonly string[]): string {
  const properties = keys.map((key) => ({
    name: key,
    type: objectType([{ name: "~Routes", type: tree.child(key)?.toType() ?? "{}" }]),
  }));
  return `export interface ${name} ${objectType(properties)}`;
}
