import { describe, expect, test } from "bun:test";
import { longListProblems } from "../../../plugins/registry/long-lists.ts";

const problem = [{ path: "routes", message: "wanted no list of more than 100" }];
const listOf = (length: number) => Array.from({ length }, () => "GET");

describe("a list", () => {
  test("may have 100 entries", () => {
    expect(longListProblems({ routes: listOf(100) })).toEqual([]);
    expect(longListProblems({ routes: [{ methods: listOf(100) }] })).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["of routes", listOf(101)],
    ["of methods", [{ methods: listOf(101) }]],
    ["that a plugin gets", [{}, { stamp: { inks: [{ names: listOf(101) }] } }]],
    ["where no list belongs", { a: listOf(101) }],
  ])("%s may not have more", (_, routes) => {
    expect(longListProblems({ routes })).toEqual(problem);
  });

  test("of a million entries is found at once", () => {
    const started = performance.now();
    expect(longListProblems({ routes: [{ methods: listOf(1_000_000) }] })).toEqual(problem);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test("what is no object has no lists, and those elsewhere are not looked at", () => {
  for (const body of [undefined, null, 7, "routes", [], {}, { routes: null }, { routes: 7 }]) {
    expect(longListProblems(body)).toEqual([]);
  }
  expect(longListProblems({ openapi: { enum: listOf(1000) } })).toEqual([]);
});
