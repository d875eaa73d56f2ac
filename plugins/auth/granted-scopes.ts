import { badRequest } from "./parameters.ts";

const scopeToken = /^[!#-[\]-~]{1,64}$/;

/** The scopes that a request asks for; undefined: it asks for none, and means all (RFC 6749 section 3.3). */
export function parseAskedScopes(text: string | undefined): readonly string[] | undefined {
  const asked = text?.split(" ").filter((scope) => scope !== "");
  if (asked === undefined || asked.length === 0) return undefined;
  if (!asked.every((scope) => scopeToken.test(scope))) {
    throw badRequest("invalid_scope", "scope", "wanted scopes with single spaces between them");
  }
  return [...new Set(asked)];
}

/** What is asked for is cut to what there is. */
export function grantScopes(has: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  return asked === undefined ? has : has.filter((scope) => asked.includes(scope));
}
