import type { Problem } from "@isaas/gateway-sdk/errors";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import type { DescribedSchema } from "@isaas/gateway-sdk/validation";

/** Where routes say what only an operator may say: a service could use it against its callers. */
export function operatorOnlyProblems(routeSchema: DescribedSchema, routes: readonly WireRoute[]): Problem[] {
  return routes.flatMap((route, index) => problemsAt(routeSchema, route, `routes[${index}]`));
}

function problemsAt(schema: DescribedSchema, value: unknown, path: string): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  const parts = Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
    const said: unknown = Reflect.get(value, key);
    if (part.operatorOnly === true && said !== undefined && said !== part.default) {
      const wanted = part.default === undefined ? "nothing" : String(part.default);
      return [{ path: `${path}.${key}`, message: `wanted ${wanted}, unless an operator registers it` }];
    }
    return problemsAt(part, said, `${path}.${key}`);
  });
  return [...parts, ...(schema.anyOf ?? []).flatMap((branch) => problemsAt(branch, value, path))];
}
