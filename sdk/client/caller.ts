import type { BaseUrl } from "./base-url.ts";
import { CallFailure } from "./call-failure.ts";
import { callSignal } from "./call-signal.ts";
import { createSession } from "./create-session.ts";
import { Closing } from "./closing.ts";
import type { Credentials } from "./credentials.ts";
import { type CallOptions, type ClientOptions, settle } from "./options.ts";
import { Pacer } from "./pacer.ts";
import type { Outcome } from "./read-answer.ts";
import { type Fetcher, send } from "./send.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import { mayBeSentAgain } from "./try-again.ts";
import { type Input, writeRequest } from "./write-request.ts";

/** What all calls of one client share. */
export class Caller {
  readonly #base: BaseUrl;
  readonly #settled;
  readonly #fetch: Fetcher;
  readonly #session;
  readonly #pacer = new Pacer();
  readonly #closing = new Closing();

  constructor(base: BaseUrl, apiPath: readonly string[], credentials: Credentials | undefined, options: ClientOptions) {
    this.#base = base;
    this.#settled = settle(options);
    // Only Bun's fetch asks the proxy of the environment, which would see secrets, unless it is told not to.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, { ...init, proxy: false } as RequestInit));
    const endpoint = `${base.origin}/${[...base.path, ...apiPath, "auth"].join("/")}`;
    this.#session = createSession(
      credentials,
      createTokenEndpoint(endpoint, this.#fetch, this.#settled, this.#closing),
    );
  }

  /** Rejects only when there is no way to write the call as a request. */
  async make(service: string, path: readonly string[], method: string, input: Input): Promise<Outcome> {
    const options = (method === "get" || method === "head" ? input[0] : input[1]) as CallOptions | undefined;
    const settled = settle(options ?? {}, this.#settled);
    const request = await writeRequest(this.#base.origin, [...this.#base.path, ...path], method, input);
    const headers = { ...request.headers, ...idempotencyKey(options) };
    const call = callSignal([this.#closing, options?.signal, options?.fetch?.signal], settled.timeoutMs);
    const outcome = await send(
      { ...request, headers, mayBeSentAgain: mayBeSentAgain(request.method, headers) },
      {
        fetch: this.#fetch,
        session: this.#session,
        pacer: settled.pace ? this.#pacer : undefined,
        service,
        settled,
        call,
      },
    );
    // A stream releases it at its own end.
    if (!isStream(outcome.data)) call.release();
    return outcome;
  }

  async close(): Promise<void> {
    this.#closing.abort(new CallFailure({ code: "ABORTED", status: 0, message: "the client is closed" }));
    await this.#session.close();
  }
}

function idempotencyKey({ idempotencyKey: key }: CallOptions = {}): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  return { "idempotency-key": key === true ? crypto.randomUUID() : key };
}

function isStream(data: unknown): boolean {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}
