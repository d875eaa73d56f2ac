import { parseStrictObject } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** Longer tokens are refused unread. */
export const longestToken = 8 * 1024;
const longestKid = 256;

/**
 * Parameters that bring a key along, change how the rest is read, or must be understood: nobody whose tokens count
 * needs them, and not looking at them at all is the whole defence.
 */
const refusedParameters = ["crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"];

/** A token as it says it is. Nothing of it is proved. */
export interface ParsedToken {
  readonly text: string;
  readonly alg: string;
  readonly kid: string | undefined;
  /** In lower case and without `application/` before it (RFC 7515 section 4.1.9). */
  readonly type: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a compact JWS (RFC 7515 section 7.1) of at most 8 KiB. Throws TokenError `malformed`, and nothing else. */
export function parseToken(text: string): ParsedToken {
  if (text.length > longestToken) throw new TokenError("malformed");
  const [header, payload, signature, ...more] = text.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new TokenError("malformed");
  }
  decodeBase64url(signature);
  return { text, ...readHeader(readObject(header)), claims: readObject(payload) };
}

function readHeader(header: Readonly<Record<string, unknown>>): Pick<ParsedToken, "alg" | "kid" | "type"> {
  const { alg, kid, typ } = header;
  if (typeof alg !== "string" || refusedParameters.some((name) => Object.hasOwn(header, name))) {
    throw new TokenError("malformed");
  }
  if (kid !== undefined && (typeof kid !== "string" || kid.length > longestKid)) throw new TokenError("malformed");
  if (typ !== undefined && typeof typ !== "string") throw new TokenError("malformed");
  return { alg, kid, type: typ?.toLowerCase().replace(/^application\//, "") };
}

function readObject(part: string): Readonly<Record<string, unknown>> {
  const bytes = decodeBase64url(part);
  try {
    return parseStrictObject(utf8.decode(bytes));
  } catch {
    throw new TokenError("malformed");
  }
}

/** Only what encoding would give back letter by letter: no padding, space, other alphabet or stray bits at the end. */
function decodeBase64url(part: string): Buffer {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part) throw new TokenError("malformed");
  return bytes;
}
