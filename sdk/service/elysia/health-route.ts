import type { ElysiaApp, ElysiaRoute } from "./elysia-app.ts";

/**
 * Adds a route for the gateway's checks where the app has none at this path, and none that takes whatever comes below a
 * path. Returns the path at which it is: the app may have a prefix.
 */
export function addHealthRoute(app: ElysiaApp, path: string): string {
  if (app.routes.some((route) => answers(route, path))) return path;
  app.get(path, () => ({ status: "healthy" }), { detail: { hide: true } });
  return app.routes.at(-1)?.path ?? path;
}

function answers({ method, path: pattern }: ElysiaRoute, path: string): boolean {
  if (method !== "GET" && method !== "ALL") return false;
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
