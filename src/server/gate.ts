import { isIP } from "node:net";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { malformed, parseTarget, type Target } from "./target.ts";

/** The methods that get in. Bun itself drops what is no method at all. */
export const admittedMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);
const allow = [...admittedMethods].join(", ");

const hostPattern = /^(?:[A-Za-z0-9._-]{1,253}|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/;

/**
 * Lets a request in that is one thing to everybody: a known method, one well-formed Host, one canonical path.
 * Throws INVALID_REQUEST or METHOD_NOT_ALLOWED. All that comes after uses the path returned here and no other.
 */
export function admit(request: Request): Target {
  if (!admittedMethods.has(request.method)) {
    throw new GatewayError("METHOD_NOT_ALLOWED", { message: "This method is not served.", headers: { allow } });
  }
  if (!isHost(request.headers.get("host"))) throw malformed("host", "wanted one well-formed Host header");
  return parseTarget(request.url);
}

/** The Host seen last and found well-formed: most requests repeat it. */
let lastHost = "";

function isHost(host: string | null): boolean {
  if (host === lastHost && host !== "") return true;
  const parts = host === null ? null : hostPattern.exec(host);
  if (parts === null) return false;
  const [, ipv6, port] = parts;
  const isGood = (ipv6 === undefined || isIP(ipv6) === 6) && (port === undefined || Number(port) <= 65535);
  if (isGood) lastHost = host ?? "";
  return isGood;
}
