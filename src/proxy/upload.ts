import type { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import type { BodyWatcher } from "./request-body.ts";

/** Keeps the deadline while a request's body is on its way. */
export class Upload implements BodyWatcher {
  refusal: GatewayError | undefined;
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(exchange: Exchange, clock: Clock, timeoutMs: number) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  waiting(): void {
    this.#exchange.deadlineMs = Number.POSITIVE_INFINITY;
  }

  moved(): void {
    this.#exchange.deadlineMs = this.#clock.monotonic() + this.#timeoutMs;
  }

  tooLarge(error: GatewayError): void {
    this.refusal = error;
    this.#exchange.abort();
  }
}
