import type { Clock, Principal } from "@isaas/gateway-sdk/plugin";
import type { Assert } from "./guard.ts";
import { assertionLifeMs, type TokenIssuer } from "./tokens/token-issuer.ts";

/** One that is handed out has at least this part of its life before it. */
const usedForMs = assertionLifeMs / 2;
const mostKept = 10_000;

/** Signing costs more than a whole request: the same word about a caller serves half a minute. */
export function createAssert(issuer: TokenIssuer, clock: Clock): Assert {
  const kept = new Map<string, { readonly assertion: Promise<string>; readonly untilMs: number }>();
  return function assert({ kind, subject, scopes, issuer: of }: Principal, service) {
    const key = JSON.stringify([kind, subject, of, scopes, service]);
    const nowMs = clock.monotonic();
    const known = kept.get(key);
    if (known !== undefined && nowMs < known.untilMs) return known.assertion;
    if (kept.size >= mostKept) kept.clear();
    const assertion = issuer.issueAssertion({ subject, subjectIssuer: of, scopes, service });
    kept.set(key, { assertion, untilMs: nowMs + usedForMs });
    // What failed once is tried again by the next one.
    assertion.catch(() => kept.delete(key));
    return assertion;
  };
}
