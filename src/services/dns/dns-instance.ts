import type { InstanceInfo } from "@isaas/gateway-sdk/services";

export interface Place {
  readonly host: string;
  readonly port: number;
  /** Its share beside the others; below 1 counts as 1. */
  readonly weight: number;
}

/** The instance at one address of a host: the address is dialled, the host's name is in the Host header. */
export function toInstance(address: string, { host, port, weight }: Place, basePath: string): InstanceInfo {
  const id = `${withPort(address, port)}${basePath}`;
  return {
    id,
    url: `http://${id}`,
    authority: toAuthority(host, port),
    // RFC 2782 gives weight 0 a very small chance: the least there is.
    weight: Math.max(1, Math.round(weight)),
    open: true,
  };
}

/** The Host header for a service; the dot at the end of an absolute name is for DNS alone. */
export function toAuthority(host: string, port: number): string {
  return withPort(host.replace(/\.$/, ""), port);
}

function withPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
