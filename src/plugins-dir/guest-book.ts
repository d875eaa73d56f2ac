import type { Clock, Log, Plugin, PluginInstance } from "@isaas/gateway-sdk/plugin";
import { formatProblem, type SettingProblem, SettingsError } from "../config/problem.ts";
import type { GatewayMetrics, GuestMetrics } from "../observe/metrics.ts";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Application } from "../server/application.ts";
import { Mount } from "../server/mount.ts";
import { BudgetSweep } from "./budget-sweep.ts";
import { contain } from "./contain.ts";
import { answerInTime } from "./endpoint-time.ts";
import { FaultBoard, type LoadResult } from "./fault-board.ts";
import type { Guest } from "./guest.ts";
import { GuestWatch } from "./guest-watch.ts";

/** A plugin of PLUGINS_DIR in this gateway. */
export interface Entry {
  readonly guest: Guest;
  readonly watch: GuestWatch;
  /** As the kernel takes it. */
  readonly plugin: Plugin;
  readonly metrics: GuestMetrics;
  mount: Mount | undefined;
}

/** The plugins of PLUGINS_DIR that one gateway has taken in. */
export class GuestBook {
  readonly board: FaultBoard;
  readonly #metrics: GatewayMetrics;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #sweep: BudgetSweep;
  readonly #entries: Entry[] = [];
  readonly #leaving = new Set<() => Promise<void>>();

  constructor({ metrics, log, clock }: { metrics: GatewayMetrics; log: Log; clock: Clock }) {
    this.#metrics = metrics;
    this.#log = log;
    this.#clock = clock;
    this.#sweep = new BudgetSweep(clock);
    this.board = new FaultBoard(metrics);
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Makes a plugin ready to be set up. It is none of the entries before it is let in. */
  receive(guest: Guest): Entry {
    const watch = new GuestWatch(guest, { board: this.board, log: this.#log, sweep: this.#sweep, clock: this.#clock });
    const metrics = this.#metrics.ofGuest(watch.name, (error) => watch.note("metrics", error));
    return { guest, watch, metrics, plugin: contain(watch, metrics), mount: undefined };
  }

  /** Its endpoints, with their faults held to be its own. Throws when two of them answer the same request. */
  mountOf({ watch }: Entry, { endpoints }: PluginInstance): Mount | undefined {
    if (endpoints === undefined) return undefined;
    return new Mount([endpoints], (exchange: Exchange, answer) => answerInTime(watch, exchange, answer));
  }

  /** The same at the start. Throws a SettingsError. */
  mount(entry: Entry, instance: PluginInstance, application: Application): void {
    try {
      entry.mount = this.mountOf(entry, instance);
      application.replace(undefined, entry.mount);
    } catch (error) {
      throw new SettingsError([entry.guest.problem("endpoints", error)]);
    }
  }

  /** Counts and logs what has become of a file. */
  tell(file: string, result: LoadResult, problems: readonly SettingProblem[] = []): void {
    this.board.loaded(file, result);
    const reasons = problems.map(formatProblem);
    if (result === "refused") this.#log.error({ file, reasons }, "a plugin is refused; what was in use stays");
    else this.#log.info({ file }, `a plugin was ${result}`);
  }

  /** From now on it is in use. */
  letIn(entry: Entry): void {
    this.#entries.push(entry);
    entry.watch.isLive = true;
    entry.metrics.show();
    this.board.show(entry.watch.name, entry.watch);
  }

  /** And no longer. It is closed when the last request that is inside it has ended. */
  letOut(entry: Entry, { close }: PluginInstance): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    entry.metrics.hide();
    this.board.hide(entry.watch.name);
    const closeOnce = async (): Promise<void> => {
      if (this.#leaving.delete(closeOnce)) await close?.();
    };
    this.#leaving.add(closeOnce);
    void entry.watch.emptied().then(closeOnce).then(giveMemoryBack);
  }

  /** Closes also those that have requests inside. */
  async close(): Promise<void> {
    this.#sweep.close();
    for (const close of this.#leaving) await close();
  }
}

/** A copy leaves its code and the chains of all routes behind: 300 of them 50 MiB. Giving it back at once takes about 10 ms. */
function giveMemoryBack(): void {
  Bun.gc(true);
  Bun.shrink();
}
