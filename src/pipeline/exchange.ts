import type { Exchange as PublicExchange, Principal } from "@isaas/gateway-sdk/plugin";
import type { GatewayError } from "@isaas/gateway-sdk/errors";
import { giveController, takeController } from "./abort-pool.ts";
import { checkHeader } from "./header-text.ts";
import type { Pardon } from "../services/ejection.ts";
import type { Instance } from "../services/instance.ts";
import type { Route } from "../routing/route.ts";
import type { Service } from "../services/service.ts";

/** How a request ended. `client_gone` and `upstream_broken` mean that the answer was cut off. */
export type Outcome = "answered" | "client_gone" | "upstream_broken";

/** What one request carries from the gate to its log line. */
export class Exchange implements PublicExchange {
  readonly request: Request;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
  readonly traceparent: string;
  readonly clientAddress: string;
  readonly peerAddress: string;
  readonly peerTrusted: boolean;
  readonly startMs: number;
  principal: Principal | undefined;
  identityFailure: GatewayError | undefined;

  instance: Instance | undefined;
  /** Milliseconds from the start until the service's head arrived. */
  upstreamMs: number | undefined;
  /** How often it was sent to an instance. */
  tries = 0;
  /** What goes to the service beside the headers, which are its own by then; undefined: nothing was made ready yet. */
  body: ArrayBuffer | ReadableStream<Uint8Array> | null | undefined;
  bytesIn = 0;
  bytesOut = 0;
  errorCode: string | undefined;
  /** The service's body is still arriving when the chain returns. */
  streaming = false;
  /** When the service's silence becomes a 504, on the monotonic clock. Infinity while the caller is the one to wait for. */
  deadlineMs = Number.POSITIVE_INFINITY;
  timedOut = false;
  ended = false;

  #route: Route | undefined;
  #upstream: AbortController | undefined;
  #public: AbortController | undefined;
  #aborted = false;
  /** What the instance has come to with this try. */
  #verdict: "none" | "good" | "bad" = "none";
  #pardon: Pardon | undefined;
  #headers: [name: string, value: string][] | undefined;
  #upstreamHeaders: [name: string, value: string | undefined][] | undefined;
  #brokenListeners: (() => void)[] | undefined;
  #endListeners: (() => void)[] | undefined;
  #target: Service | undefined;

  constructor(start: {
    request: Request;
    path: string;
    query: string;
    requestId: string;
    traceparent: string;
    clientAddress: string;
    peerAddress: string;
    peerTrusted: boolean;
    startMs: number;
  }) {
    this.request = start.request;
    this.method = start.request.method;
    this.path = start.path;
    this.query = start.query;
    this.requestId = start.requestId;
    this.traceparent = start.traceparent;
    this.clientAddress = start.clientAddress;
    this.peerAddress = start.peerAddress;
    this.peerTrusted = start.peerTrusted;
    this.startMs = start.startMs;
  }

  get route(): Route {
    if (this.#route === undefined) throw new TypeError("this exchange has no route");
    return this.#route;
  }

  set route(route: Route) {
    this.#route = route;
  }

  get routeOrNone(): Route | undefined {
    return this.#route;
  }

  /** Made when first asked for; not the one that the forwarder uses, which is used again for other requests. */
  get signal(): AbortSignal {
    this.#public ??= new AbortController();
    if (this.#aborted) this.#public.abort();
    return this.#public.signal;
  }

  /** Ends the request to the service. Only the forwarder may hold it, and only until the exchange ends. */
  get upstreamSignal(): AbortSignal {
    this.#upstream ??= takeController();
    if (this.#aborted) this.#upstream.abort();
    return this.#upstream.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#upstream?.abort();
    this.#public?.abort();
  }

  /** The deadline has passed. */
  expire(): void {
    this.timedOut = true;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.abort();
  }

  /** From now on this instance has the request, and one that had it before no longer. */
  carriedBy(instance: Instance | undefined): void {
    const service = this.#service;
    const earlier = this.instance;
    this.instance = instance;
    this.#verdict = "none";
    this.#pardon = undefined;
    // In this order: whoever waits for a place must not get the one that is being taken.
    if (instance !== undefined) service?.begin(instance);
    if (earlier !== undefined) service?.end(earlier);
  }

  get #service(): Service | undefined {
    return this.#target ?? this.#route?.target;
  }

  get instanceId(): string | undefined {
    return this.instance?.id;
  }

  /** Counts against the instance what went wrong with this try, once. The reason is for the operator. */
  blame(reason: string): void {
    if (this.instance === undefined || this.#verdict === "bad") return;
    this.#verdict = "bad";
    this.#service?.failed(this.instance, reason, this.#pardon);
  }

  /** The instance need not be ashamed of this answer, unless a plugin of the chain still finds something. */
  approve(): void {
    if (this.#verdict === "none") this.#verdict = "good";
  }

  /** The chain has returned: nobody will find anything any more. */
  settle(): void {
    if (this.instance !== undefined && this.#verdict === "good") {
      this.#pardon = this.#service?.succeeded(this.instance);
    }
  }

  /** The answer has been sent to its end. */
  complete(): void {
    if (this.instance !== undefined && this.#verdict === "good") this.#service?.completed(this.instance);
  }

  onBroken(listener: () => void): void {
    if (this.streaming) (this.#brokenListeners ??= []).push(listener);
  }

  /** The service broke off after the head of its answer. */
  broke(): void {
    this.blame("its answer broke off");
    for (const listener of this.#brokenListeners ?? []) listener();
  }

  /** Gives up what its service was doing, and goes to another one as if nothing had been. */
  turnTo(target: Service): void {
    // Credentials are for the service that was asked, as with a redirect that leads elsewhere.
    this.request.headers.delete("authorization");
    this.setUpstreamHeader("authorization", undefined);
    this.#upstream?.abort();
    this.carriedBy(undefined);
    this.#upstream = undefined;
    this.#public = undefined;
    this.#aborted = false;
    this.#brokenListeners = undefined;
    this.timedOut = false;
    this.streaming = false;
    this.upstreamMs = undefined;
    this.#target = target;
  }

  /** Calls the listener when the answer has been sent, or will not be. */
  onEnd(listener: () => void): void {
    (this.#endListeners ??= []).push(listener);
  }

  /** Gives back what was borrowed. Nothing of the exchange may be used for the service after this. */
  release(): void {
    if (this.#endListeners !== undefined) for (const listener of this.#endListeners) listener();
    this.#endListeners = undefined;
    if (this.#upstream !== undefined) giveController(this.#upstream);
    this.#upstream = undefined;
  }

  /** Asking costs a microsecond the first time: not for the way of every request. */
  get callerGone(): boolean {
    return this.request.signal.aborted;
  }

  setHeader(name: string, value: string): void {
    checkHeader("setHeader", name, value);
    (this.#headers ??= []).push([name, value]);
  }

  setUpstreamHeader(name: string, value: string | undefined): void {
    checkHeader("setUpstreamHeader", name, value);
    (this.#upstreamHeaders ??= []).push([name, value]);
  }

  /** Writes what was set with setUpstreamHeader into the headers for the service. */
  applyUpstreamHeaders(headers: Headers): void {
    if (this.#upstreamHeaders === undefined) return;
    for (const [name, value] of this.#upstreamHeaders) {
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
  }

  forgetHeaders(): void {
    this.#headers = undefined;
  }

  /** Writes what was set with setHeader into the answer's headers. */
  applyHeaders(headers: Headers): void {
    if (this.#headers !== undefined) for (const [name, value] of this.#headers) headers.set(name, value);
  }
}
