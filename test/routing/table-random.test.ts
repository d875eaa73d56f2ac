import { expect, test } from "bun:test";
import { type RouteMethod, routeMethods } from "@isaas/gateway-sdk/contract";
import { type Entry, RouteTable } from "../../src/routing/table.ts";
import { createRandom, pick } from "../support/random.ts";

const segments = ["a", "ab", "abc", "b", "%41", "a.b", "~"] as const;
const asked = [...routeMethods, "TRACE"] as const;

/** What the table is to do, written so plainly that it cannot be wrong: look at every route. */
function matchNaively(entries: readonly Entry[], method: string, path: string): { entry?: Entry; allow?: string[] } {
  const fits = (prefix: string) => prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);
  const longest = Math.max(
    ...entries.filter(({ pathPrefix }) => fits(pathPrefix)).map(({ pathPrefix }) => pathPrefix.length),
  );
  const here = entries.filter(({ pathPrefix }) => fits(pathPrefix) && pathPrefix.length === longest);
  if (here.length === 0) return {};
  const serves = (entry: Entry, wanted: string) =>
    entry.methods === undefined ||
    entry.methods.some((name) => name === wanted || (name === "GET" && wanted === "HEAD"));
  const entry = here.find((candidate) => serves(candidate, method));
  if (entry !== undefined) return { entry };
  return { allow: routeMethods.filter((name) => name !== "WEBSOCKET" && here.some((one) => serves(one, name))) };
}

function randomPath(random: () => number, longest: number): string {
  const length = Math.floor(random() * (longest + 1));
  return `/${Array.from({ length }, () => pick(random, segments)).join("/")}`;
}

/** Adds a random route where that may be; what is refused must be served already. */
function addRandom(table: RouteTable<Entry>, entries: Entry[], random: () => number): void {
  const some = routeMethods.filter(() => random() < 0.3);
  const entry: Entry = { pathPrefix: randomPath(random, 4), methods: some.length === 0 ? undefined : some };
  try {
    table.add(entry);
    entries.push(entry);
  } catch {
    const before = entries.filter(({ pathPrefix }) => pathPrefix === entry.pathPrefix);
    const isServedBy = (among: readonly Entry[]) => (method: RouteMethod) =>
      matchNaively(among, method, entry.pathPrefix).entry !== undefined;
    expect(routeMethods.filter(isServedBy([entry])).some(isServedBy(before))).toBe(true);
  }
}

function removeRandom(table: RouteTable<Entry>, entries: Entry[], random: () => number): void {
  const [entry] = entries.splice(Math.floor(random() * entries.length), 1);
  if (entry !== undefined) table.remove(entry);
}

/** Asks for random paths and compares with what looking at every route finds. */
function compare(table: RouteTable<Entry>, entries: readonly Entry[], random: () => number, times: number): void {
  for (let index = 0; index < times; index += 1) {
    const path = randomPath(random, 6);
    const method = pick(random, asked);
    const { entry, allow } = table.match(method, path);
    const naive = matchNaively(entries, method, path);
    const found = { method, path, entry, allow: allow?.toSorted() };
    expect(found).toEqual({ method, path, entry: naive.entry, allow: naive.allow?.toSorted() });
  }
}

test("200 random tables find for 300 random requests each what looking at every route finds", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = createRandom(seed);
    const table = new RouteTable<Entry>();
    const entries: Entry[] = [];
    for (let index = 0; index < 30; index += 1) addRandom(table, entries, random);
    compare(table, entries, random, 300);
  }
});

test("so they do while routes come and go, and at the end nothing is left", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = createRandom(seed);
    const table = new RouteTable<Entry>();
    const entries: Entry[] = [];
    for (let change = 0; change < 100; change += 1) {
      if (random() < 0.55) addRandom(table, entries, random);
      else removeRandom(table, entries, random);
      compare(table, entries, random, 5);
    }
    while (entries.length > 0) removeRandom(table, entries, random);
    compare(table, [], random, 50);
    // Whatever was there, a route that answers to everything fits now.
    for (const pathPrefix of ["/", ...segments.map((segment) => `/${segment}`)])
      table.add({ pathPrefix, methods: undefined });
  }
});
