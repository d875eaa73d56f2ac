import { noAnswer } from "./call-failure.ts";
import { type CallSignal, pause, whileWanted } from "./call-signal.ts";
import type { Settled } from "./options.ts";
import type { Pacer } from "./pacer.ts";
import { failed, type Outcome, readAnswer } from "./read-answer.ts";
import type { Session } from "./session.ts";
import { waitAsTold, waitBeforeRetry } from "./try-again.ts";
import type { WrittenRequest } from "./write-request.ts";

export interface Sendable extends WrittenRequest {
  readonly mayBeSentAgain: boolean;
}

export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** What a request is sent with. */
export interface Means {
  readonly fetch: Fetcher;
  readonly session: Session;
  /** Undefined: it does not wait for room. */
  readonly pacer: Pacer | undefined;
  readonly service: string;
  readonly settled: Settled;
  readonly call: CallSignal;
}

/** Reasons that other credentials may mend. */
const stale: ReadonlySet<unknown> = new Set(["expired", "revoked", "bad_signature"]);

/** Makes a call until it is answered or there is no use in going on. Never rejects. */
export async function send(request: Sendable, means: Means): Promise<Outcome> {
  const { settled, call } = means;
  const { signal } = call;
  let outcome: Outcome | undefined;
  try {
    let renewed = false;
    let tries = 0;
    let leftMs = settled.maxWaitMs;
    for (;;) {
      signal.throwIfAborted();
      const credentials = "authorization" in request.headers ? {} : await whileWanted(means.session.present(), signal);
      const startMs = Date.now();
      const leave = await means.pacer?.enter(means.service, leftMs, signal);
      leftMs -= Date.now() - startMs;
      outcome = await attempt(request, credentials, means);
      leave?.(outcome.response);
      const { error, headers } = outcome;
      if (error === null || signal.aborted) return outcome;

      const presented = credentials["authorization"];
      if (!renewed && presented !== undefined && error.code === "AUTH_ERROR" && stale.has(error.details?.["reason"])) {
        renewed = true;
        if (means.session.renew(presented)) continue;
      }
      const toldMs = settled.pace ? waitAsTold({ error, headers }) : undefined;
      const waitMs =
        toldMs ?? (request.mayBeSentAgain ? waitBeforeRetry({ error, headers }, tries, settled) : undefined);
      if (waitMs === undefined || waitMs > leftMs) return outcome;
      if (toldMs === undefined) tries += 1;
      leftMs -= waitMs;
      await pause(waitMs, signal);
    }
  } catch (cause) {
    return failed(noAnswer(cause, signal));
  }
}

async function attempt(
  { url, method, headers, init }: WrittenRequest,
  credentials: Readonly<Record<string, string>>,
  { fetch, call }: Means,
): Promise<Outcome> {
  try {
    // Another origin must not see the key: fetch takes only `authorization` off when it follows a redirect.
    const redirect = "x-api-key" in credentials ? { redirect: "manual" as const } : {};
    const sent = { ...redirect, ...init, method, headers: { ...headers, ...credentials }, signal: call.signal };
    return await readAnswer(await fetch(url, sent), call);
  } catch (cause) {
    return failed(noAnswer(cause, call.signal));
  }
}
