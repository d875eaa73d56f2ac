import { createHmac } from "node:crypto";

/** A derived component such as `@method`, or a header by its name in lower case, with its value. */
export type Component = readonly [name: string, value: string];

export interface SignatureParameters {
  /** Seconds since 1970. */
  readonly created: number;
  readonly keyId: string;
}

/** Signs components with hmac-sha256 (RFC 9421 sections 2.5 and 3.3.3). */
export function sign(
  components: readonly Component[],
  key: string | Uint8Array,
  { created, keyId }: SignatureParameters,
): { readonly input: string; readonly signature: string } {
  const names = components.map(([name]) => `"${name}"`).join(" ");
  const input = `(${names});created=${created};keyid="${keyId}"`;
  const lines = [...components, ["@signature-params", input] as const].map(([name, value]) => `"${name}": ${value}`);
  return { input, signature: createHmac("sha256", key).update(lines.join("\n")).digest("base64") };
}
