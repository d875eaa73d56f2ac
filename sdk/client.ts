import { parseBaseUrl, segmentsOf } from "./client/base-url.ts";
import { Caller } from "./client/caller.ts";
import type { Segment } from "./client/calls.ts";
import type { Credentials } from "./client/credentials.ts";
import type { Described } from "./client/described.ts";
import type { ClientOptions } from "./client/options.ts";
import { pathProxy } from "./client/path-proxy.ts";

export type { Answer, CallError, GatewayFailure, NoAnswer, ServiceFailure } from "./client/answer.ts";
export type { Credentials, TokenSource } from "./client/credentials.ts";
export type { Described } from "./client/described.ts";
export type { ServerSentEvent } from "./client/event-reader.ts";
export type { CallOptions, ClientOptions } from "./client/options.ts";

/** Services by the last segment of their prefix, and what belongs to the client itself. */
export type Client<Services> = {
  readonly [Name in keyof Services]: Services[Name] extends { readonly "~Routes": infer Routes }
    ? Segment<Routes>
    : never;
} & {
  /**
   * Ends what is under way, and takes back the tokens that were issued to this client. Calls after it are `ABORTED`. Rejects
   * with a CallError when the gateway cannot be told.
   */
  $close(): Promise<void>;
};

/**
 * Calls services through the gateway with their own types: `createClient<{ context: Context }>(url, credentials)`, then
 * `await gateway.context.sessions({ id }).get()`. Nothing is sent before the first call. Throws a TypeError on what is no
 * URL, a RangeError on options out of bounds.
 */
export function createClient<Services extends { readonly [Name in keyof Services]: Described }>(
  url: string,
  credentials?: Credentials,
  options: ClientOptions = {},
): Client<Services> {
  const apiPath = segmentsOf(options.apiPrefix ?? "/api/v1");
  const caller = new Caller(parseBaseUrl(url), apiPath, credentials, options);
  const close = (): Promise<void> => caller.close();
  const get = (_: object, name: string | symbol): unknown => {
    if (name === "$close") return close;
    // Whoever awaits it asks for `then`: it is no promise.
    if (typeof name === "symbol" || name === "then") return undefined;
    const prefix = options.prefixes?.[name];
    const path = prefix === undefined ? [...apiPath, name] : segmentsOf(prefix);
    return pathProxy(path, (...call) => caller.make(name, ...call));
  };
  return new Proxy({}, { get }) as Client<Services>;
}
