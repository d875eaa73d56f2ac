import { lookup, Resolver as Questioner } from "node:dns/promises";
import { isIP } from "node:net";
import { inTime } from "./in-time.ts";
import { ResolveError, toResolveError } from "./resolve-error.ts";
import { singleFlight } from "./single-flight.ts";

/** A place where a service listens, from an SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  /** Hosts of the lowest priority are used; the others stand in for them. */
  readonly priority: number;
  /** Share beside the others of its priority, 0 to 65535. */
  readonly weight: number;
}

/** Turns names into addresses. Every question that fails rejects with a ResolveError; simultaneous ones are one query. */
export interface Resolver {
  /** All addresses of a name, at least one, IPv4 first. An address is its own. */
  addresses(name: string): Promise<readonly string[]>;
  /** All SRV records of a name, at least one. */
  services(name: string): Promise<readonly ServiceRecord[]>;
}

export interface ResolverOptions {
  /** `address` or `address:port`, as isServerAddress accepts them. Empty: the system's way, with /etc/hosts and search domains. */
  readonly servers: readonly string[];
  /** Longest wait for an answer, in milliseconds; default 2000. */
  readonly timeoutMs?: number;
}

/**
 * One try has half a second, but c-ares looks at its clocks once a second on Bun 1.4.5: a lost packet is sent again, and
 * a second server asked, after one second.
 */
const tries = { timeout: 500, tries: 2 };

export function createResolver({ servers, timeoutMs = 2000 }: ResolverOptions): Resolver {
  const asking = <T>(ask: (questioner: Questioner, name: string) => Promise<T>): ((name: string) => Promise<T>) =>
    singleFlight(async (name) => {
      // A new one for each question: it would keep answers for their TTL, and a changed record has to be seen before that.
      const questioner = new Questioner(tries);
      if (servers.length > 0) questioner.setServers(servers);
      return await inTime(ask(questioner, name), timeoutMs, () => questioner.cancel());
    });
  const ipv4 = asking((questioner, name) => questioner.resolve4(name));
  const ipv6 = asking((questioner, name) => questioner.resolve6(name));
  const srv = asking((questioner, name) => questioner.resolveSrv(name));
  // Nothing ends a getaddrinfo: it stays the one flight of its name for as long as it takes, so that none pile up.
  const system = singleFlight(lookUp);

  return {
    async addresses(name) {
      if (isIP(name) !== 0) return [name];
      if (servers.length === 0) return some(inTime(system(name), timeoutMs));
      return unite(await Promise.allSettled([some(ipv4(name)), some(ipv6(name))]));
    },
    services: (name) => some(srv(name).then((records) => records.flatMap(toServiceRecord))),
  };
}

/** An answer with something in it, or a ResolveError. */
async function some<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  const answer = await question.catch((error: unknown) => {
    throw toResolveError(error);
  });
  if (answer.length === 0) throw new ResolveError("NOT_FOUND");
  return answer;
}

async function lookUp(name: string): Promise<string[]> {
  if (name === "") return [];
  const found = await lookup(name, { all: true });
  const addresses = found.toSorted((a, b) => a.family - b.family).map(({ address }) => address);
  return [...new Set(addresses)];
}

/** One family is enough. With neither, a server in trouble says more than a record that is not there. */
function unite(families: readonly PromiseSettledResult<readonly string[]>[]): readonly string[] {
  const found = families.flatMap((family) => (family.status === "fulfilled" ? family.value : []));
  if (found.length > 0) return [...new Set(found)];
  const errors = families.flatMap((family) => (family.status === "rejected" ? [toResolveError(family.reason)] : []));
  throw errors.find(({ code }) => code !== "NOT_FOUND") ?? new ResolveError("NOT_FOUND");
}

/** The host `.` says that there is no such service; Bun gives it as nothing. */
function toServiceRecord({
  name,
  port,
  priority,
  weight,
}: {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}): ServiceRecord[] {
  return name === "" || name === "." || port === 0 ? [] : [{ host: name, port, priority, weight }];
}
