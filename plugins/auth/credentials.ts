import type { Exchange } from "@isaas/gateway-sdk/plugin";

/** What a caller shows to say who it is. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "malformed" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "api_key"; readonly key: string };

const none: Credentials = { kind: "none" };
const malformed: Credentials = { kind: "malformed" };
const longestKey = 512;

/** Credentials of one kind or of none: two at once could mean two different callers (RFC 6750 section 2). */
export function credentialsOf({ request: { headers } }: Pick<Exchange, "request">): Credentials {
  const authorization = headers.get("authorization");
  const key = headers.get("x-api-key");
  if (authorization === null) {
    if (key === null) return none;
    return key !== "" && key.length <= longestKey && !/[\s,]/.test(key) ? { kind: "api_key", key } : malformed;
  }
  if (key !== null) return malformed;
  const token = bearerOf(authorization);
  return token === undefined ? malformed : { kind: "token", token };
}

/** The token of `Bearer TOKEN`, whatever it is; two headers come joined by a comma and are none. */
function bearerOf(authorization: string): string | undefined {
  if (authorization.length < 8 || authorization.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  const token = authorization.slice(7).trim();
  return token === "" || /[\s,]/.test(token) ? undefined : token;
}
