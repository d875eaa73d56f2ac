import { GatewayError } from "@isaas/gateway-sdk/errors";

export interface Target {
  readonly path: string;
  /** The query with its `?`, or an empty string. */
  readonly query: string;
}

/** Whatever of this is in a path makes the slow look necessary. */
const suspicious = /[%;]|\/\//;

/**
 * Path and query of an absolute URL, the path in its one canonical spelling. Throws INVALID_REQUEST.
 * In it, dot segments (also as `%2e`) are resolved and backslashes are slashes: Bun hands out no other URL.
 */
export function parseTarget(url: string): Target {
  // Bun makes the URL relative when Host is not usable. The first slash behind the scheme's two ends the authority.
  const start = url.startsWith("http") ? url.indexOf("/", 8) : -1;
  if (start === -1) throw malformed("path", "wanted an absolute path");
  if (url.includes("#", start)) throw malformed("path", "wanted no fragment");
  const mark = url.indexOf("?", start);
  const raw = mark === -1 ? url.slice(start) : url.slice(start, mark);
  return { path: suspicious.test(raw) ? toCanonical(raw) : raw, query: mark === -1 ? "" : url.slice(mark) };
}

/**
 * One spelling for each path (RFC 3986 section 6.2.2): unreserved characters decoded, other escapes in upper case.
 * Refused is what servers are known to read differently from each other: escaped slashes, backslashes and control
 * characters, empty segments, dot segments in any disguise, text that is not UTF-8.
 */
function toCanonical(raw: string): string {
  if (raw.includes("//")) throw malformed("path", "wanted no empty segment");
  const path = raw.replaceAll(/%(..?)?/g, (escape: string, digits: string | undefined) => {
    if (digits === undefined || !/^[0-9A-Fa-f]{2}$/.test(digits)) {
      throw malformed("path", "wanted two hexadecimal digits after each %");
    }
    const code = Number.parseInt(digits, 16);
    if (code < 0x20 || code === 0x7f || code === 0x2f || code === 0x5c) {
      throw malformed("path", "wanted no escaped slash, backslash or control character");
    }
    const character = String.fromCharCode(code);
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
  // Some servers cut a segment at its semicolon, before or after decoding: `..;` would then be `..`.
  if (/\/\.\.?(?:;|%3B|\/|$)/.test(path)) throw malformed("path", "wanted no dot segment");
  if (!isText(path)) throw malformed("path", "wanted UTF-8");
  return path;
}

/** Bun writes bytes that are no UTF-8 as escaped replacement characters (U+FFFD): several paths would become one. */
function isText(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\uFFFD");
  } catch {
    return false;
  }
}

/** `path` names the part of the request; what was sent is never repeated. */
export function malformed(path: string, message: string): GatewayError {
  return new GatewayError("INVALID_REQUEST", {
    message: "The request is malformed.",
    details: { problems: [{ path, message }] },
  });
}
