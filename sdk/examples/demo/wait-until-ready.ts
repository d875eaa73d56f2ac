const readyTimeoutMs = 15_000;
const pollMs = 50;

/** Resolves when the gateway says that it takes traffic. */
export async function waitUntilReady(gateway: string): Promise<void> {
  const deadlineMs = performance.now() + readyTimeoutMs;
  let last = "no answer";
  while (performance.now() < deadlineMs) {
    const response = await fetch(`${gateway}/health/ready`, { proxy: false, signal: AbortSignal.timeout(1000) }).catch(
      (error: unknown) => void (last = String(error)),
    );
    if (response?.status === 200) return;
    if (response) last = `${response.status} ${await response.text()}`;
    await Bun.sleep(pollMs);
  }
  throw new Error(`the gateway is not ready after ${readyTimeoutMs} ms: ${last}`);
}
