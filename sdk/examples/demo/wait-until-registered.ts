const timeoutMs = 15_000;
const pollMs = 50;

interface Registered {
  readonly services: readonly { readonly instances: readonly { readonly status: string }[] }[];
}

interface Expected {
  readonly registrationKey: string;
  readonly services: readonly unknown[];
}

/** Resolves when so many services are registered at the gateway and passed their first check. */
export async function waitUntilRegistered(gateway: string, { registrationKey, services }: Expected): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  let last = "";
  while (performance.now() < deadlineMs) {
    const response = await fetch(`${gateway}/api/v1/services`, {
      headers: { authorization: `Bearer ${registrationKey}` },
      proxy: false,
      signal: AbortSignal.timeout(1000),
    });
    last = await response.text();
    const { services: found } = JSON.parse(last) as Registered;
    const well = found.filter(({ instances }) => instances.some(({ status }) => status === "healthy"));
    if (well.length === services.length) return;
    await Bun.sleep(pollMs);
  }
  throw new Error(`the services are not all registered after ${timeoutMs} ms: ${last}`);
}
