import { isDeepStrictEqual } from "node:util";
import { coreServices, reservedSegments } from "@isaas/gateway-sdk/contract";
import { type DnsTarget, toDnsTarget } from "../services/dns/dns-target.ts";
import { describeValue, type SettingProblem } from "./problem.ts";

/** `<NAME>_SERVICE_URL` of the environment, `<name>_service_url` of the file. Not AUTH_SERVICE_URL: that is no route. */
export const serviceUrlKey = /^(?!auth_service_url$)([a-z][a-z0-9_]*)_service_url$/;

/** A service whose instances stand in the settings. */
export interface StaticService {
  readonly name: string;
  /** The segment below the API prefix at which it answers unless routes say otherwise. */
  readonly segment: string;
  /** One URL an instance, without a slash at its end. */
  readonly urls: readonly string[];
  /** Names of DNS behind which more instances stand. */
  readonly names: readonly DnsTarget[];
}

const wantedUrl = "a URL such as http://host:8001 or dns://name:8001";

/**
 * Parses `http://a:1,dns://b:2`, or a list of such URLs as the file may have it; undefined when there is a problem.
 * Problems go to the list and never repeat a URL, which may hold credentials.
 */
export function parseServiceUrls(
  key: string,
  value: unknown,
  sourceOf: (keys: readonly string[]) => string,
  problems: SettingProblem[],
): StaticService | undefined {
  const before = problems.length;
  const name = serviceUrlKey.exec(key)?.[1] ?? "";
  const segment = coreServices[`${name}_service`]?.segment ?? name.replaceAll("_", "-");
  if (reservedSegments.includes(segment)) {
    const wanted = "a name that is not reserved for the gateway";
    problems.push({ path: key, wanted, got: JSON.stringify(segment), source: sourceOf([key]) });
  }
  const urls: string[] = [];
  const names: DnsTarget[] = [];
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === "string"
      ? value.split(",")
      : [value];
  if (items.length === 0)
    problems.push({ path: key, wanted: wantedUrl, got: "an empty list", source: sourceOf([key]) });
  for (const [index, item] of items.entries()) {
    const parsed = parseItem(item, urls, names);
    if ("url" in parsed) urls.push(parsed.url);
    else if ("target" in parsed) names.push(parsed.target);
    else {
      const path = items.length > 1 ? `${key}[${index}]` : key;
      problems.push({ path, wanted: wantedUrl, got: parsed.mistake, source: sourceOf([key, String(index)]) });
    }
  }
  return problems.length === before ? { name: `${name}_service`, segment, urls, names } : undefined;
}

type Item = { readonly url: string } | { readonly target: DnsTarget } | { readonly mistake: string };

function parseItem(item: unknown, urls: readonly string[], names: readonly DnsTarget[]): Item {
  if (typeof item !== "string") return { mistake: describeValue(item) };
  const text = item.trim();
  if (text === "") return { mistake: "nothing" };
  // URL itself reads `http:8080` as an address, and `localhost:8080` as a scheme.
  if (!/^(?:https?|dns):\/\//i.test(text)) {
    return { mistake: "a text that does not begin with http://, https:// or dns://" };
  }
  const parsed = URL.parse(text);
  if (parsed === null || parsed.port === "0") return { mistake: "a malformed URL" };
  if (parsed.username !== "" || parsed.password !== "") return { mistake: "a URL with a user name or password" };
  if (parsed.search !== "" || parsed.hash !== "") return { mistake: "a URL with a query or fragment" };
  if (parsed.protocol === "dns:") return parseTarget(parsed, names);
  const url = `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
  return urls.includes(url) ? { mistake: "an instance that is listed already" } : { url };
}

function parseTarget(parsed: URL, names: readonly DnsTarget[]): Item {
  const target = toDnsTarget(parsed);
  if (target === undefined) return { mistake: "a dns:// URL without a well-formed name" };
  const isListed = names.some((other) => isDeepStrictEqual(other, target));
  return isListed ? { mistake: "a name that is listed already" } : { target };
}
