import type { InstanceInfo } from "@isaas/gateway-sdk/services";

/** The instances whose URLs stand in the settings: open from the start, known by their URL. */
export function staticInstances(urls: readonly string[]): InstanceInfo[] {
  return urls.map((url) => ({ id: url, url, authority: undefined, weight: 1, open: true }));
}
