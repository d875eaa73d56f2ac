import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { toAuthority, toInstance } from "./dns-instance.ts";
import type { DnsTarget } from "./dns-target.ts";
import { type ResolveErrorCode, toResolveError } from "./resolve-error.ts";
import type { Resolver, ServiceRecord } from "./resolver.ts";

export interface Found {
  readonly instances: readonly InstanceInfo[];
  /** The name that did not resolve, if one did not: instead of its instances, the last good ones stand above. */
  readonly failure: { readonly name: string; readonly code: ResolveErrorCode } | undefined;
}

/** The heaviest that an instance may be; an SRV record goes up to 65535. */
const heaviest = 1000;

/** The instances behind a name, one an address. Never rejects: what fails is made up for by the last good ones. */
export async function findInstances(
  target: DnsTarget,
  resolver: Resolver,
  lastGood: readonly InstanceInfo[],
): Promise<Found> {
  const { name, port, basePath } = target;
  try {
    if (port === undefined) return await findByRecords(await resolver.services(name), target, resolver, lastGood);
    const addresses = await resolver.addresses(name);
    const instances = addresses.map((address) => toInstance(address, { host: name, port, weight: 1 }, basePath));
    return { instances, failure: undefined };
  } catch (error) {
    return { instances: lastGood, failure: { name, code: toResolveError(error).code } };
  }
}

/** Those of the lowest priority that has some. All hosts are asked at once, so that silent ones cost one timeout. */
async function findByRecords(
  records: readonly ServiceRecord[],
  { basePath }: DnsTarget,
  resolver: Resolver,
  lastGood: readonly InstanceInfo[],
): Promise<Found> {
  const scale = Math.min(1, heaviest / Math.max(...records.map(({ weight }) => weight)));
  const places = await Promise.all(
    records.map(async (record) => {
      const scaled = { ...record, weight: record.weight * scale };
      return { priority: record.priority, ...(await findPlace(scaled, basePath, resolver, lastGood)) };
    }),
  );
  const failure = places.find((place) => place.failure !== undefined)?.failure;
  const usable = places.filter(({ instances }) => instances.length > 0);
  const lowest = Math.min(...usable.map(({ priority }) => priority));
  const instances = usable.filter(({ priority }) => priority === lowest).flatMap((place) => place.instances);
  return { instances: instances.length > 0 ? instances : lastGood, failure };
}

async function findPlace(
  record: ServiceRecord,
  basePath: string,
  resolver: Resolver,
  lastGood: readonly InstanceInfo[],
): Promise<Found> {
  const { host, port } = record;
  try {
    const addresses = await resolver.addresses(host);
    return { instances: addresses.map((address) => toInstance(address, record, basePath)), failure: undefined };
  } catch (error) {
    const authority = toAuthority(host, port);
    const instances = lastGood.filter((instance) => instance.authority === authority);
    return { instances, failure: { name: host, code: toResolveError(error).code } };
  }
}
