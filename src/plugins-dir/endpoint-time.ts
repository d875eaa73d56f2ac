import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "@isaas/gateway-sdk/plugin";
import { PluginFault } from "../pipeline/plugin-fault.ts";
import type { GuestWatch } from "./guest-watch.ts";

/** As long as a service may be silent by default. */
const longestMs = 30_000;

/**
 * An answer of a plugin's own endpoint. What it throws, and an answer that does not begin in time, is its fault; but it
 * stands in nobody's way, so it does not bring the plugin nearer to being broken.
 */
export async function answerInTime(
  watch: GuestWatch,
  exchange: Exchange,
  answer: () => Promise<Response>,
  budgetMs = longestMs,
): Promise<Response> {
  watch.enter(exchange);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${budgetMs} ms`)), budgetMs);
  });
  try {
    return await Promise.race([answer(), late]);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    watch.note("endpoint", error, exchange.requestId);
    throw new PluginFault(error);
  } finally {
    clearTimeout(timer);
  }
}
