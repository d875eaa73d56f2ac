import { createHmac } from "node:crypto";

export const secret = "a secret of the tests, 32 bytes and more";

export const encode = (text: string | Uint8Array): string => Buffer.from(text).toString("base64url");

/** A token of any two texts, signed with HS256 as anybody could who has the secret. */
export function rawToken(header: string, payload: string, key: string | Uint8Array = secret): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** The same of objects. */
export const tokenOf = (header: object, claims: object, key: string | Uint8Array = secret): string =>
  rawToken(JSON.stringify(header), JSON.stringify(claims), key);
