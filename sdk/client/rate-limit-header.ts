import { type Item, type InnerList, parseList } from "structured-headers";

/** What is left of one policy (draft-ietf-httpapi-ratelimit-headers-10). */
export interface Quota {
  readonly policy: string;
  readonly left: number;
  /** Seconds until all of it is back; beside a 429, until a request may pass. */
  readonly resetSeconds: number;
  /** How many there are in all; undefined where RateLimit-Policy does not say. */
  readonly whole: number | undefined;
}

/** The quotas of RateLimit and RateLimit-Policy. None where they are missing or malformed. */
export function readQuotas(headers: Headers): Quota[] {
  const wholes = new Map(itemsOf(headers.get("ratelimit-policy")).map(([name, terms]) => [name, terms.get("q")]));
  return itemsOf(headers.get("ratelimit")).flatMap(([policy, terms]) => {
    const left = terms.get("r");
    const seconds = terms.get("t");
    const whole = wholes.get(policy);
    if (typeof left !== "number" || left < 0) return [];
    const resetSeconds = typeof seconds === "number" && seconds > 0 ? seconds : 0;
    return [{ policy, left, resetSeconds, whole: typeof whole === "number" && whole > 0 ? whole : undefined }];
  });
}

function itemsOf(header: string | null): (readonly [name: string, terms: ReadonlyMap<string, unknown>])[] {
  if (header === null) return [];
  try {
    return parseList(header)
      .filter((member): member is Item => isNamed(member))
      .map(([name, terms]) => [String(name), terms]);
  } catch {
    return [];
  }
}

function isNamed([name]: Item | InnerList): boolean {
  return typeof name === "string";
}
