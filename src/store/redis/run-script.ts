import { StoreAwayError } from "@isaas/gateway-sdk/store";
import type { RedisClient } from "./create-client.ts";
import type { Script } from "./script.ts";

/**
 * Runs a script by its name, or whole where Redis does not know it yet. Rejects with a StoreAwayError, whatever goes
 * wrong: at once without a connection, for which `away` says why. One that let a command time out is dropped.
 */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
  away: string,
): Promise<unknown> {
  if (client.status !== "ready") throw new StoreAwayError({ cause: new Error(away) });
  try {
    return await client.evalsha(script.sha, keys.length, ...keys, ...args).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return client.eval(script.code, keys.length, ...keys, ...args);
    });
  } catch (error) {
    if (error instanceof Error && error.message === "Command timed out") reconnect(client);
    // Not the error itself: it carries the command with all that it would have written.
    throw new StoreAwayError({ cause: new Error(reasonOf(error)) });
  }
}

/** Only what is connected: one that is about to connect would take this for its end. */
export function reconnect(client: RedisClient): void {
  if (client.status === "ready") client.disconnect(true);
}

/** Without what Redis repeats of a command it refuses. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const [message = ""] = error.message.split(/, with args|\. script:/, 1);
  return message === "" && "code" in error ? String(error.code) : message;
}
