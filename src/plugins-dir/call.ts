import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange, Handler } from "@isaas/gateway-sdk/plugin";
import type { FaultKind } from "./fault-board.ts";
import type { Way } from "./fault-state.ts";
import type { GuestWatch } from "./guest-watch.ts";
import { asKernel } from "./outside.ts";

/** One request inside the middleware of a plugin: holds it to its contract. */
export class Call {
  readonly #watch: GuestWatch;
  readonly #exchange: Exchange;
  readonly #way: Way;
  readonly #onEnd: () => void;
  /** Where its own time ends; Infinity while it waits for what comes behind it. */
  endMs: number;
  #leftMs = 0;
  #wentOn = false;
  #isOver = false;
  #fault: GatewayError | undefined;
  /** What came from behind it is not its fault. */
  #passed: { readonly error: unknown } | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(watch: GuestWatch, exchange: Exchange, way: Way, onEnd: () => void) {
    this.#watch = watch;
    this.#exchange = exchange;
    this.#way = way;
    this.#onEnd = onEnd;
    this.endMs = watch.clock.monotonic() + watch.budgetMs;
  }

  run(handler: Handler): Response | Promise<Response> {
    let answer: unknown;
    try {
      answer = handler(this.#exchange);
    } catch (error) {
      throw this.#ended(this.#blame(error));
    }
    if (isThenable(answer)) return this.#await(answer);
    return this.#judge(answer);
  }

  /** The plugin calls what comes behind it. */
  goOn(next: Handler): Response | Promise<Response> {
    if (this.#wentOn) {
      this.#fault = this.#failed("next_twice", new TypeError("next: wanted one call a request, got a second"));
      throw this.#fault;
    }
    this.#wentOn = true;
    this.#leftMs = this.endMs - this.#watch.clock.monotonic();
    this.endMs = Number.POSITIVE_INFINITY;
    // A timer of the plugin may be the one that calls, where nobody would catch what is thrown.
    const answer = asKernel(() => attempt(next, this.#exchange));
    if (answer instanceof Response) {
      this.#cameBack();
      return answer;
    }
    const awaited = answer.then(
      (response) => {
        this.#cameBack();
        return response;
      },
      (error: unknown) => {
        throw this.#cameBack({ error });
      },
    );
    // The plugin need not look at it.
    awaited.catch(() => {});
    return awaited;
  }

  /** Its time is over. */
  cut(): void {
    const cause = new Error(`no answer within its ${this.#watch.budgetMs} ms`);
    this.#reject?.(this.#ended(this.#failed("time", cause)));
  }

  #cameBack(passed?: { readonly error: unknown }): unknown {
    this.endMs = this.#watch.clock.monotonic() + this.#leftMs;
    this.#passed = passed;
    return passed?.error;
  }

  #await(answer: PromiseLike<unknown>): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#watch.sweep.add(this);
      answer.then(
        (response) => {
          if (this.#isOver) return;
          try {
            resolve(this.#judge(response));
          } catch (error) {
            reject(error);
          }
        },
        (error: unknown) => {
          if (!this.#isOver) reject(this.#ended(this.#blame(error)));
        },
      );
    });
  }

  #judge(answer: unknown): Response {
    if (this.#fault !== undefined) throw this.#ended(this.#fault);
    // Response.error() has the status 0, and 101 no way to be sent.
    if (!(answer instanceof Response) || answer.bodyUsed || answer.status < 200) {
      const got =
        answer instanceof Response
          ? answer.bodyUsed
            ? "one that was sent before"
            : "none that can be sent"
          : typeof answer;
      throw this.#ended(this.#failed("no_response", new TypeError(`answer: wanted a Response, got ${got}`)));
    }
    this.#watch.state.succeeded(this.#way);
    this.#ended();
    return answer;
  }

  #blame(error: unknown): unknown {
    if (this.#fault !== undefined) return this.#fault;
    const isOwn = this.#passed === undefined || this.#passed.error !== error;
    if (isOwn && !(error instanceof GatewayError)) return this.#failed("throw", error);
    this.#watch.state.succeeded(this.#way);
    return error;
  }

  #failed(kind: FaultKind, cause: unknown): GatewayError {
    return this.#watch.fault(kind, cause, this.#exchange, this.#way);
  }

  #ended<T>(outcome?: T): T | undefined {
    this.#isOver = true;
    this.#watch.sweep.delete(this);
    this.#onEnd();
    return outcome;
  }
}

function attempt(next: Handler, exchange: Exchange): Response | Promise<Response> {
  try {
    return next(exchange);
  } catch (error) {
    return Promise.reject(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
