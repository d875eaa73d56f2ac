import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { ada, type Gateway, openAccountPair } from "./shared-accounts.ts";

const guess = async (gateway: Gateway, username: string = ada.username): Promise<number> =>
  (await gateway.ask({ username, password: "a wrong one" })).status;

/** Five are free; the next ones come after 1 s, 2 s more, 4 s more. */
const mostWithin = (ms: number): number => 5 + Math.floor(Math.log2(ms / 1_000 + 1));

async function guessOften(gateways: readonly Gateway[], times: number) {
  const startMs = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: times }, (_, i) => guess(gateways[i % gateways.length] ?? gateways[0]!)),
  );
  const verified = statuses.filter((status) => status === 401).length;
  return { verified, most: mostWithin(performance.now() - startMs), kinds: [...new Set(statuses)].toSorted() };
}

test.concurrent(
  "of a thousand guesses at once through two gateways five are looked at",
  async () => {
    await using pair = await openAccountPair();
    const { verified, most, kinds } = await guessOften([pair.first, pair.second], 1_000);
    expect(verified).toBeWithin(5, most + 1);
    expect(kinds).toEqual([401, 429]);
    const refused = await pair.second.ask(ada);
    expect([refused.status, refused.error?.code]).toEqual([429, "RATE_LIMIT"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  },
  30_000,
);

test.concurrent(
  "guesses at one gateway count at the other, and a success there forgives them",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    for (let i = 0; i < 4; i += 1) expect(await guess(first)).toBe(401);
    await second.logAdaIn();
    for (let i = 0; i < 4; i += 1) expect(await guess(second)).toBe(401);
    expect(await guess(first)).toBe(401);
    expect(await guess(second)).toBe(429);
    expect(await guess(first)).toBe(429);
  },
  30_000,
);

test.concurrent(
  "whoever knocks at a locked account does not lock others out of their address",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    await guessOften([first], 5);
    // One after the other: at once, the gateway's own count would stop most of them.
    for (let i = 0; i < 40; i += 1) await guess(second);
    expect(await guess(second, "somebody else")).toBe(401);
    expect(await guess(first, "somebody else")).toBe(401);
  },
  30_000,
);

test.concurrent(
  "while Redis is away each gateway goes on counting",
  async () => {
    await using pair = await openAccountPair();
    const { first, second, redis } = pair;
    await guessOften([first], 3);
    await redis.kill();
    await waitFor("both to be alone", async () => (await Promise.all([first, second].map(isDegraded))).every(Boolean));
    const here = await guessOften([first], 100);
    expect(here.verified).toBeWithin(2, here.most - 3 + 1);
    const there = await guessOften([second], 100);
    expect(there.verified).toBeWithin(5, there.most + 1);
    expect([here.kinds, there.kinds]).toEqual([
      [401, 429],
      [401, 429],
    ]);
  },
  30_000,
);

async function isDegraded({ shared }: Gateway): Promise<boolean> {
  return (await (await fetch(`${shared.process.url}/health`)).text()).includes("degraded");
}
