import { createHmac, randomBytes } from "node:crypto";
import { toAddressBlock } from "@isaas/gateway-sdk/address-block";
import type { Exchange, Principal } from "@isaas/gateway-sdk/plugin";
import type { Rule } from "./rule.ts";

/** Codes that are remembered: making one takes longer than all the rest of a decision. */
const mostKnown = 10_000;
/** Longer texts are not worth the memory. */
const longestKnown = 256;

/** Names buckets by a keyed hash of who or what they are for: no store and no answer ever holds an identity. */
export class BucketKeys {
  #key: Uint8Array = randomBytes(32);
  readonly #known = new Map<string, string>();

  /** All gateways have to use the same, or they count apart. */
  use(key: Uint8Array): void {
    this.#key = key;
    this.#known.clear();
  }

  /** 16 hexadecimal digits. */
  keyOf(rule: Rule, exchange: Exchange): string {
    let text = `${rule.name}\n${rule.owner ?? ""}\n`;
    for (const part of rule.per) {
      const value = valueOf(part, exchange);
      // With its length, so that no value can pretend to be two.
      text += `${value.length}:${value}`;
    }
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const code = createHmac("sha256", this.#key).update(text).digest("hex").slice(0, 16);
    if (this.#known.size >= mostKnown) this.#known.clear();
    if (text.length <= longestKnown) this.#known.set(text, code);
    return code;
  }

  /** The rule that a bucket belongs to, where it was asked for lately. */
  ruleOf(code: string): string | undefined {
    for (const [text, known] of this.#known) if (known === code) return text.slice(0, text.indexOf("\n"));
    return undefined;
  }
}

/** What a request lacks is made up for by its address: leaving something out must not be a way around a limit. */
function valueOf(part: string, exchange: Exchange): string {
  const { principal, route, request } = exchange;
  if (part === "route") return `${route.pathPrefix} ${route.methods.join()}`;
  if (part === "caller" && principal !== undefined) return describe(principal);
  if (principal !== undefined && part === principal.kind) return describe(principal);
  const header = part.startsWith("header:") ? request.headers.get(part.slice("header:".length)) : null;
  return header === null ? `address ${toAddressBlock(exchange.clientAddress)}` : `header ${header}`;
}

function describe({ kind, issuer = "", subject }: Principal): string {
  return `${kind} ${issuer.length}:${issuer}${subject}`;
}
