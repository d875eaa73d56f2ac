import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Exchange, Log } from "@isaas/gateway-sdk/plugin";
import { describeError } from "../observe/describe-error.ts";
import type { Exchange as KernelExchange } from "../pipeline/exchange.ts";
import { PluginFault } from "../pipeline/plugin-fault.ts";
import type { BudgetSweep } from "./budget-sweep.ts";
import type { FaultBoard, FaultKind } from "./fault-board.ts";
import { FaultState, type Way } from "./fault-state.ts";
import type { Guest } from "./guest.ts";
import { outside } from "./outside.ts";

const defaultBudgetMs = 1000;

export interface WatchParts {
  readonly board: FaultBoard;
  readonly log: Log;
  readonly sweep: BudgetSweep;
  readonly clock: Clock;
}

/** Keeps the book of one copy of a plugin: its faults, and the requests that are inside it. */
export class GuestWatch {
  readonly guest: Guest;
  readonly name: string;
  readonly state: FaultState;
  readonly budgetMs: number;
  /** What becomes of requests while it counts as broken. */
  readonly onFaults: "disable" | "refuse";
  readonly clock: Clock;
  readonly sweep: BudgetSweep;
  /** Once it is in use a fault is its own; before that it keeps the plugin out. */
  isLive = false;
  readonly #board: FaultBoard;
  readonly #log: Log;
  #inside = 0;
  #onEmpty: (() => void)[] = [];

  constructor(guest: Guest, { board, log, sweep, clock }: WatchParts) {
    const { name, budgetMs = defaultBudgetMs, onFaults = "refuse", faultLimit = {} } = guest.plugin;
    this.guest = guest;
    this.name = name;
    this.budgetMs = budgetMs;
    this.onFaults = onFaults;
    this.clock = clock;
    this.sweep = sweep;
    this.#board = board;
    // A fault may be seen where code of the plugin calls us.
    this.#log = outside(log);
    this.state = new FaultState(faultLimit, clock, (isOff) => this.#tell(isOff));
    guest.onUncaught = (error) => this.note("uncaught", error);
  }

  get isOff(): boolean {
    return this.state.isOff;
  }

  /** What operators have to know of it. */
  get facts(): readonly string[] {
    return this.isOff ? [`has too many faults: requests are ${this.#fate}`] : [];
  }

  get #fate(): string {
    return this.onFaults === "refuse" ? "refused" : "passed without it";
  }

  /** Counts and logs a fault. One of a request, met on some way, brings the plugin nearer to being broken. */
  fault(kind: FaultKind, cause: unknown, exchange: Exchange, way: Way): PluginFault {
    this.note(kind, cause, exchange.requestId);
    this.state.failed(way);
    return new PluginFault(cause);
  }

  note(kind: FaultKind, cause: unknown, requestId?: string): void {
    this.#board.count(this.name, kind);
    const fields = { plugin: this.name, fault: kind, request_id: requestId, err: describeError(cause) };
    this.#log.error(fields, "a fault of a plugin");
  }

  /** What a request gets that must not pass without the plugin. */
  refusal(exchange: Exchange): GatewayError {
    const service = (exchange as KernelExchange).routeOrNone?.service;
    return new GatewayError("SERVICE_UNAVAILABLE", {
      message: "A part of the gateway does not work at the moment.",
      details: { ...(service !== undefined && { service }), last_check: null },
      headers: { "retry-after": String(Math.max(Math.ceil(this.state.leftMs / 1000), 1)) },
    });
  }

  /** The request is inside until its answer has been sent to the end. */
  enter(exchange: Exchange): void {
    this.#inside += 1;
    (exchange as KernelExchange).onEnd(() => {
      this.#inside -= 1;
      if (this.#inside > 0) return;
      for (const told of this.#onEmpty.splice(0)) told();
    });
  }

  /** Resolves when no request is inside. */
  emptied(): Promise<void> {
    return this.#inside === 0 ? Promise.resolve() : new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #tell(isOff: boolean): void {
    if (isOff)
      this.#log.error(
        { plugin: this.name, requests: this.#fate },
        "a plugin has too many faults and is not used for a while",
      );
    else this.#log.info({ plugin: this.name }, "a plugin works again");
  }
}
