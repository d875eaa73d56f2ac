import { afterEach } from "bun:test";
import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { systemClock } from "../../../src/clock.ts";
import type { DnsTarget } from "../../../src/services/dns/dns-target.ts";
import { createResolver } from "../../../src/services/dns/resolver.ts";
import { watchNames } from "../../../src/services/dns/watch-names.ts";
import { type DnsServer, type DnsTable, startDnsServer } from "../../support/dns-server.ts";
import { waitFor } from "../../support/wait-for.ts";

export const everyMs = 50;
export const at = (name: string, port?: number, basePath = ""): DnsTarget => ({ name, port, basePath });

export interface Watched {
  readonly server: DnsServer;
  /** Ids of each set that was published, in order. */
  readonly published: readonly (readonly string[])[];
  readonly latest: () => readonly InstanceInfo[];
  readonly logged: readonly { readonly level: string; readonly fields: object }[];
  /** Waits until some more rounds are over. */
  readonly pass: (rounds: number) => Promise<void>;
  readonly close: () => void;
}

type Watch = (table: DnsTable, targets: readonly DnsTarget[], timeoutMs?: number) => Promise<Watched>;

/** Watches names at a server of their own until the test ends; the first round is over. */
export function nameWatcher(): Watch {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  return async function watch(table, targets, timeoutMs = 2000) {
    const server = await startDnsServer(table);
    const sets: (readonly InstanceInfo[])[] = [];
    const logged: { level: string; fields: object }[] = [];
    const write = (level: string) => (fields: object) => void logged.push({ level, fields });
    const log = {
      trace: write("trace"),
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    };
    const resolver = createResolver({ servers: [server.address], timeoutMs });
    const names = watchNames({ targets, resolver, clock: systemClock, log, everyMs }, (set) => sets.push(set));
    closers.push(() => {
      names.close();
      server.close();
    });
    await names.start();
    const [first] = server.questions;
    return {
      server,
      logged,
      get published() {
        return sets.map((set) => set.map(({ id }) => id));
      },
      latest: () => sets.at(-1) ?? [],
      async pass(rounds) {
        const begun = (): number => server.questions.filter((question) => question === first).length;
        // The one that is under way may have asked already, and the last one must be over.
        const end = begun() + rounds + 1;
        await waitFor(`${rounds} rounds`, () => begun() >= end);
      },
      close: () => names.close(),
    };
  };
}
