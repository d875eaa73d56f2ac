import { systemClock } from "../../../../src/clock.ts";
import { residentMib } from "../../../support/memory.ts";
import { newStore } from "../../../store/stores.ts";
import { createOwnTokens } from "./own-tokens.ts";

// A gateway's verifier alone in a process: learns 100,000 tokens, of which each is kept nowhere else, and prints what
// that took of memory and what a known one costs.
const most = 100_000;
const options = { issuer: "https://gateway.example.org", audience: "https://api.example.org" };
const { store } = newStore();
const own = createOwnTokens(store, systemClock, options);
await store.open();
const issue = async (index: number): Promise<string> => {
  const subject = `user-${index}`;
  const family = crypto.randomUUID();
  return (await own.issuer.issue({ kind: "user", subject, scopes: ["read", "write"], family })).token;
};
const learn = async (from: number, count: number): Promise<void> => {
  for (let at = from; at < from + count; at += 100) {
    await Promise.all(Array.from({ length: 100 }, async (_, i) => own.verifier.verify(await issue(at + i))));
  }
};

// Compiled code and the heap's first growth are no tokens' fault.
await learn(most, 10_000);
own.verifier.forget();
Bun.gc(true);
const before = residentMib(process.pid);
const first = await issue(-1);
await own.verifier.verify(first);
const known = await Promise.all(Array.from({ length: 1000 }, (_, index) => issue(-2 - index)));
for (const token of known) await own.verifier.verify(token);
await learn(0, most - 1100);
const isFirstKnown = !(own.verifier.verify(first) instanceof Promise);
await learn(2 * most, 100);
const isFirstForgotten = own.verifier.verify(first) instanceof Promise;
Bun.gc(true);
await Bun.sleep(100);
Bun.gc(true);
const grownMib = residentMib(process.pid) - before;

const headers = known.slice(200).map((token) => `Bearer ${token}`);
let bestUs = Infinity;
for (let round = 0; round < 20; round += 1) {
  const startedAtMs = performance.now();
  for (const header of headers) own.verifier.verify(header.slice(7));
  bestUs = Math.min(bestUs, ((performance.now() - startedAtMs) * 1000) / headers.length);
}
process.stdout.write(JSON.stringify({ grownMib, isFirstKnown, isFirstForgotten, bestUs }));
own.close();
await store.close();
