import type { PluginInstance } from "@isaas/gateway-sdk/plugin";

const calls = ["route", "explain", "own", "start", "ready", "reload", "close"] as const;
const known: ReadonlySet<string> = new Set([...calls, "endpoints"]);

/** What `setup` gave, when it is what the contract wants. Throws a TypeError: a misspelt `route` would be no guard at all. */
export function checkInstance(instance: unknown): PluginInstance {
  if (typeof instance !== "object" || instance === null) {
    throw new TypeError(`wanted parts of a plugin from setup, got ${instance === null ? "null" : typeof instance}`);
  }
  const unknown = Object.keys(instance).find((key) => !known.has(key));
  if (unknown !== undefined) throw new TypeError(`wanted ${[...known].join(", ")} from setup, got ${unknown}`);
  const parts = instance as Record<string, unknown>;
  for (const key of calls) {
    const part = parts[key];
    if (part !== undefined && typeof part !== "function")
      throw new TypeError(`wanted a function as ${key}, got ${typeof part}`);
  }
  const { endpoints } = parts;
  if (endpoints !== undefined && !isElysia(endpoints))
    throw new TypeError("wanted an Elysia instance as endpoints, got another");
  return instance;
}

function isElysia(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "routes" in value && "fetch" in value && Array.isArray(value.routes)
  );
}
