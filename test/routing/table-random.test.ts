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

/** Adds random routes and returns those that were taken; what is refused must be served already. */
function fill(table: RouteTable<Entry>, random: () => number): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < 30; index += 1) {
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
  return entries;
}

test("200 random tables find for 300 random requests each what looking at every route finds", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = createRandom(seed);
    const table = new RouteTable<Entry>();
    const entries = fill(table, random);
    for (let index = 0; index < 300; index += 1) {
      const path = randomPath(random, 6);
      const method = pick(random, asked);
      const { entry, allow } = table.match(method, path);
      const naive = matchNaively(entries, method, path);
      const found = { seed, method, path, entry, allow: allow?.toSorted() };
      expect(found).toEqual({ seed, method, path, entry: naive.entry, allow: naive.allow?.toSorted() });
    }
  }
});
