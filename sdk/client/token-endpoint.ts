import { callSignal } from "./call-signal.ts";
import type { Stopper } from "./closing.ts";
import { anonymous } from "./create-session.ts";
import type { TokenEndpoint } from "./login-session.ts";
import type { Settled } from "./options.ts";
import { type Fetcher, send } from "./send.ts";

/** The endpoints below this URL that issue tokens and take them back. */
export function createTokenEndpoint(url: string, fetch: Fetcher, settled: Settled, closing: Stopper): TokenEndpoint {
  return async (path, form, { again }) => {
    // What was issued is taken back when the client closes, and not before.
    const call = callSignal(path === "token" ? [closing] : [], settled.timeoutMs);
    const request = {
      url: `${url}/${path}`,
      method: "POST",
      headers: {},
      // Followed, a redirect would carry the secret elsewhere.
      init: { body: new URLSearchParams(form), redirect: "manual" as const },
      mayBeSentAgain: again,
    };
    const means = {
      fetch,
      session: anonymous,
      pacer: undefined,
      service: "",
      settled: { ...settled, pace: false },
      call,
    };
    const { data, error } = await send(request, means);
    call.release();
    if (error !== null) throw error;
    return data;
  };
}
