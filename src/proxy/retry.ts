import { idempotentMethods } from "@isaas/gateway-sdk/idempotent";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from "cockatiel";
import type { Exchange } from "../pipeline/exchange.ts";
import type { RoutePlan } from "../routing/route.ts";
import type { Balancer } from "../services/balance/balancer.ts";
import type { Instance } from "../services/instance.ts";
import type { Service } from "../services/service.ts";
import { pause } from "./pause.ts";
import type { RequestBody } from "./request-body.ts";
import { retryAfterMs } from "@isaas/gateway-sdk/retry-after";
import { isUnreachable } from "./upstream-failure.ts";

const backoff = new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay: 25, maxDelay: 250 });
const nobody: readonly Instance[] = [];

export interface RetryOptions {
  readonly route: Pick<RoutePlan, "retries" | "retryUnsafe">;
  readonly service: Service;
  readonly balancer: Balancer;
  readonly clock: Clock;
}

/** How a try failed: with an answer that says so, or without one. */
export interface FailedTry {
  readonly answer: Response | undefined;
  readonly cause: unknown;
}

/** What becomes of a request whose first try has failed. */
export class Retry {
  readonly #options: RetryOptions;
  readonly #exchange: Exchange;
  readonly #body: RequestBody;
  readonly #tried: Instance[] = [];
  #backoff: IBackoff<unknown> = backoff.next();
  #left: number;
  #isCounted = false;

  constructor(options: RetryOptions, exchange: Exchange, body: RequestBody) {
    this.#options = options;
    this.#exchange = exchange;
    this.#body = body;
    this.#left = options.route.retries;
  }

  /**
   * Gives the exchange an instance for the next try, one that has not been asked if there is any; false when there is to
   * be none. Another instance is asked at once: it has not asked for mercy. The same one is given a pause that grows,
   * and whatever an answer says in Retry-After holds for all of them.
   */
  async goOn({ answer, cause }: FailedTry): Promise<boolean> {
    this.end();
    const { service, clock } = this.#options;
    const exchange = this.#exchange;
    if (exchange.timedOut || this.#body instanceof ReadableStream) return false;
    const other = this.#other();
    // Nothing of the request was sent: that was no try.
    if (isUnreachable(cause) && other !== undefined) return this.#turnTo(other);
    const waitMs = Math.max(
      answer === undefined ? 0 : retryAfterMs(answer, clock.now()),
      other === undefined ? this.#backoff.duration : 0,
    );
    const nowMs = clock.monotonic();
    const isAllowed = this.#left > 0 && this.#mayRepeat() && nowMs + waitMs < exchange.deadlineMs;
    if (!isAllowed || !service.retryBudget.take(nowMs)) return false;
    this.#isCounted = true;
    this.#left -= 1;
    if (other === undefined) this.#backoff = this.#backoff.next(undefined);
    if (waitMs === 0) return this.#turnTo(other);
    await pause(waitMs, exchange.upstreamSignal);
    if (exchange.upstreamSignal.aborted) return false;
    return this.#turnTo(this.#other());
  }

  /** The last try is over. */
  end(): void {
    if (this.#isCounted) this.#options.service.retryBudget.giveBack();
    this.#isCounted = false;
  }

  #other(): Instance | undefined {
    const { service, balancer } = this.#options;
    const { instance } = this.#exchange;
    if (instance !== undefined && !this.#tried.includes(instance)) this.#tried.push(instance);
    return service.pick(balancer, this.#exchange, this.#tried);
  }

  #turnTo(other: Instance | undefined): boolean {
    const { service, balancer } = this.#options;
    const instance = other ?? service.pick(balancer, this.#exchange, nobody);
    if (instance === undefined) return false;
    this.#exchange.carriedBy(instance);
    return true;
  }

  #mayRepeat(): boolean {
    const { method, request } = this.#exchange;
    return (
      idempotentMethods.has(method) ||
      this.#options.route.retryUnsafe ||
      (request.headers.get("idempotency-key") ?? "") !== ""
    );
  }
}
