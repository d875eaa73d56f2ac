import { TokenError } from "./token-error.ts";

/** RFC 6749 section 3.3: no spaces, quotation marks or backslashes. */
const scopeToken = /^[!#-[\]-~]+$/;
const mostKept = 1000;

/** The same scopes are one array, so that many tokens take little memory. */
const kept = new Map<string, readonly string[]>();

/**
 * The scopes of a token, each once: a text with single spaces between them, or a list of texts. Nothing means none.
 * Throws TokenError `malformed`.
 */
export function parseScopes(value: unknown): readonly string[] {
  if (value === undefined || value === "") return keep([]);
  const scopes: unknown = typeof value === "string" ? value.split(" ") : value;
  if (!Array.isArray(scopes) || !scopes.every(isScope)) throw new TokenError("malformed");
  return keep(scopes);
}

/** Those of them that are allowed. */
export function cutScopes(scopes: readonly string[], allowed: readonly string[]): readonly string[] {
  return keep(scopes.filter((scope) => allowed.includes(scope)));
}

function isScope(value: unknown): value is string {
  return typeof value === "string" && scopeToken.test(value);
}

function keep(scopes: readonly string[]): readonly string[] {
  const name = scopes.join(" ");
  const known = kept.get(name);
  if (known !== undefined) return known;
  const once = Object.freeze([...new Set(scopes)]);
  if (kept.size >= mostKept) kept.clear();
  kept.set(name, once);
  return once;
}
