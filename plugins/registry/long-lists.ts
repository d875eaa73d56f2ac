import type { Problem } from "@isaas/gateway-sdk/errors";

/** No route needs more. That nothing is listed twice is checked in the square of the length: a second for 25,000. */
const longestList = 100;

/** Several times what a registration has: each that is unknown is looked up among the known ones. */
const mostFields = 100;

/** Lists in the routes of a registration that are too long even to be checked. */
export function longListProblems(body: unknown): Problem[] {
  const crowded = typeof body === "object" && body !== null && Object.keys(body).length > mostFields;
  if (crowded) return [{ path: "body", message: `wanted at most ${mostFields} fields` }];
  const metadata: unknown = Reflect.get(Object(body), "metadata");
  if (Object.keys(Object(metadata)).length > mostFields) {
    return [{ path: "metadata", message: "wanted an object of at most 64 entries" }];
  }
  const routes: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "routes") : undefined;
  return hasLongList(routes) ? [{ path: "routes", message: `wanted no list of more than ${longestList}` }] : [];
}

function hasLongList(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) && value.length > longestList) || Object.values(value).some(hasLongList);
}
