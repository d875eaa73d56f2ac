import { GatewayError, type OauthError } from "@isaas/gateway-sdk/errors";
import { parseStrictObject } from "./tokens/strict-json.ts";

export type Parameters = ReadonlyMap<string, string>;

const longestBody = 16 * 1024;

export function badRequest(oauthError: OauthError, path: string, message: string): GatewayError {
  return new GatewayError("INVALID_REQUEST", {
    message: "The request is not valid.",
    details: { oauth_error: oauthError, problems: [{ path, message }] },
  });
}

/** The parameters of a form or of a flat JSON object. Each may come once (RFC 6749 section 3.2); empty ones count as left out. */
export async function readParameters(request: Request): Promise<Parameters> {
  const text = await request.text();
  if (Buffer.byteLength(text) > longestBody)
    throw badRequest("invalid_request", "body", `wanted at most ${longestBody} bytes`);
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "");
  const pairs = isJson ? jsonPairs(text) : [...new URLSearchParams(text)];
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (parameters.has(name)) throw badRequest("invalid_request", nameable(name), "wanted once");
    if (value !== "") parameters.set(name, value);
  }
  return parameters;
}

function jsonPairs(text: string): [string, string][] {
  let body: Readonly<Record<string, unknown>>;
  try {
    body = parseStrictObject(text);
  } catch {
    throw badRequest("invalid_request", "body", "wanted a JSON object with each name once");
  }
  return Object.entries(body).map(([name, value]) => {
    if (typeof value !== "string") throw badRequest("invalid_request", nameable(name), "wanted a string");
    return [name, value];
  });
}

/** Names come from the caller, too. */
function nameable(name: string): string {
  return /^[a-z_]{1,32}$/.test(name) ? name : "body";
}
