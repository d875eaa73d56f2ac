import type { RegistryError } from "./registry-error.ts";

const firstMs = 500;
const longestMs = 10_000;
const refusedMs = 60_000;
/** No gateway keeps a service away for longer, whatever it says. */
const longestAskedMs = 300_000;

/**
 * How long to wait after a failed try, in milliseconds: a random part of a time that doubles with each failure, so that
 * the services of a gateway that comes back do not all come at once. After a refusal half a minute to a minute, until
 * somebody has mended what is wrong. Never less than the gateway asked for.
 */
export function pauseAfter(error: RegistryError, failures: number, random = Math.random()): number {
  const ownMs = error.isRefusal
    ? (refusedMs * (1 + random)) / 2
    : random * Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16));
  return Math.max(ownMs, Math.min(error.retryAfterMs * (1 + random / 10), longestAskedMs));
}

/** A fifth less at most: instances that started together spread, and none is late. */
export function heartbeatPause(seconds: number, random = Math.random()): number {
  return seconds * 1000 * (1 - random / 5);
}

/** A pause that can be cut short. While it lasts, it does not keep the process alive. */
export class Pause {
  #end = (): void => {};

  take(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: unknown = setTimeout(resolve, ms);
      (timer as { unref?(): void }).unref?.();
      this.#end = () => {
        clearTimeout(timer as number);
        resolve();
      };
    });
  }

  end(): void {
    this.#end();
  }
}
