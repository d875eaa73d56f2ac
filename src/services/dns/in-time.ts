import { ResolveError } from "./resolve-error.ts";

/** The answer, or a ResolveError TIMEOUT after `timeoutMs`; then `giveUp` may end the question, which goes on else. */
export async function inTime<T>(answer: Promise<T>, timeoutMs: number, giveUp?: () => void): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new ResolveError("TIMEOUT"));
    giveUp?.();
  }, timeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
