import type { Environment } from "../config/environment.ts";

/** What a running gateway said, or why it said nothing: a few words for the operator. */
export type Reply = { readonly status: number; readonly body: unknown } | { readonly failure: string };

/** Asks a running gateway. Never through HTTP_PROXY of the environment, which would see the token. */
export async function askGateway(url: URL, timeoutMs: number, headers: Record<string, string> = {}): Promise<Reply> {
  try {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "manual",
      proxy: false,
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (cause) {
    return { failure: describeFailure(cause, timeoutMs) };
  }
}

/** The token of GATEWAY_TOKEN, where there is one. */
export function ownToken(environment: Environment): Record<string, string> {
  const token = environment["GATEWAY_TOKEN"] ?? "";
  return token === "" ? {} : { authorization: `Bearer ${token}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeFailure(cause: unknown, timeoutMs: number): string {
  if (cause instanceof DOMException && cause.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
  return code === "ConnectionRefused" || code === "ECONNREFUSED" ? "nobody listens there" : code;
}
