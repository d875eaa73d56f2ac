import type { Access, ServiceDescription } from "./options.ts";
import { toServiceName } from "./registration-of.ts";

/** Throws a TypeError for what no gateway could make good, naming the option and what is wanted. */
export function checkOptions(options: ServiceDescription & Access): void {
  const { name, gateway, key, credentials, drainSeconds = 0, apiPrefix = "/api/v1" } = options;
  want(typeof name === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(toServiceName(name)), "name", "a name such as intent");
  const gateways = toList(gateway);
  want(gateways.length > 0 && gateways.every(isAddress), "gateway", "an address such as http://localhost:8000");
  want((key === undefined) !== (credentials === undefined), "key", "the gateway's REGISTRATION_KEY, or credentials");
  // Such as the unset variable of an environment, which a `!` hides from the compiler.
  if (key !== undefined) want(isSecret(key), "key", "1 or more visible ASCII characters");
  if (credentials !== undefined) {
    want(isText(credentials.clientId), "credentials.clientId", "a client's id");
    want(isText(credentials.clientSecret), "credentials.clientSecret", "a client's secret");
  }
  want(drainSeconds >= 0 && drainSeconds <= 60, "drainSeconds", "0 to 60");
  want(/^(?:\/[\w.~-]+)*$/.test(apiPrefix), "apiPrefix", "a path such as /api/v1, without a slash at its end");
}

export function checkPort(port: unknown): asserts port is number {
  want(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536, "port", "1 to 65535");
}

export function toList(gateway: string | readonly string[]): readonly string[] {
  return typeof gateway === "string" ? [gateway] : gateway;
}

function want(holds: boolean, path: string, wanted: string): asserts holds {
  if (!holds) throw new TypeError(`${path}: wanted ${wanted}`);
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === "");
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** What a header can carry. */
function isSecret(value: unknown): boolean {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}
