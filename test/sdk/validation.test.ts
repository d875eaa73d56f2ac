import { describe, expect, test } from "bun:test";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { Type } from "typebox";

const schema = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z]+$", wanted: "a name" }),
    count: Type.Integer({ default: 1, minimum: 1, maximum: 9 }),
    tags: Type.Array(Type.String(), { default: [] }),
    inner: Type.Optional(Type.Object({ deep: Type.Boolean({ default: true }) }, { additionalProperties: false })),
    free: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  },
  { additionalProperties: false, wanted: "an object" },
);

const mistakesOf = (value: unknown) =>
  findMistakes(schema, value).mistakes.map(({ path, kind, wanted }) => [path, kind, wanted]);

describe("what fits", () => {
  test("has no mistakes and comes back with the defaults, deep ones too", () => {
    expect(findMistakes(schema, { name: "a", inner: {} })).toEqual({
      filled: { name: "a", count: 1, tags: [], inner: { deep: true } },
      mistakes: [],
    });
  });

  test("is not changed, and shares nothing with what comes back", () => {
    const value = { name: "a", tags: ["x"], inner: {} };
    const { filled } = findMistakes(schema, value);
    (filled as typeof value).tags.push("y");
    expect(value).toEqual({ name: "a", tags: ["x"], inner: {} });
    expect(findMistakes(schema, { name: "a" }).filled).toEqual({ name: "a", count: 1, tags: [] });
  });
});

describe("a mistake is told by its place, its kind and what is wanted:", () => {
  test.each<[unknown, [string, string, string][]]>([
    [{ name: "A" }, [["name", "wrong", "a name"]]],
    [{}, [["name", "missing", "a name"]]],
    [{ name: "a", count: 10 }, [["count", "wrong", "an integer from 1 to 9"]]],
    [{ name: "a", count: "1" }, [["count", "wrong", "an integer from 1 to 9"]]],
    [
      { name: "a", tags: ["x", 1, null] },
      [
        ["tags[1]", "wrong", "a string"],
        ["tags[2]", "wrong", "a string"],
      ],
    ],
    [{ name: "a", inner: { deep: 1 } }, [["inner.deep", "wrong", "true or false"]]],
    [{ name: "a", inner: { depe: true } }, [["inner.depe", "unknown", "a known field (did you mean deep?)"]]],
    [{ name: "a", other: 1 }, [["other", "unknown", "one of name, count, tags, inner, free"]]],
    [{ name: "a", free: { "x y": "z" } }, [['free["x y"]', "wrong", "an integer"]]],
    [null, [["", "wrong", "an object"]]],
    [[], [["", "wrong", "an object"]]],
    ["text", [["", "wrong", "an object"]]],
  ])("%j", (value, mistakes) => {
    expect(mistakesOf(value)).toEqual(mistakes);
  });

  test("one for a place, however many rules it breaks", () => {
    expect(mistakesOf({ name: 7, count: 1.5 }).map(([path]) => path)).toEqual(["name", "count"]);
  });

  test("with the value beside it, for those who may show it", () => {
    const [mistake] = findMistakes(schema, { name: "a", inner: { deep: "x" } }).mistakes;
    expect(mistake).toMatchObject({ keys: ["inner", "deep"], value: "x" });
  });

  test("in the words of whoever asks", () => {
    const { mistakes } = findMistakes(
      schema,
      { name: "a", naem: 1 },
      { noun: "a known setting", reference: ", see docs" },
    );
    expect(mistakes[0]?.wanted).toBe("a known setting (did you mean name?)");
  });
});

describe("nobody gets past", () => {
  test.each([8, 9, 100, 999, 1000, 1001, 5000])("with %d unknown fields before the mistake", (count) => {
    const many = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
    expect(mistakesOf({ ...many, name: "A" }).length).toBeGreaterThan(0);
    expect(mistakesOf({ ...many, name: "a" }).length).toBeGreaterThan(0);
  });

  test("with 5,000 wrong entries before the mistake", () => {
    const tags = Array.from({ length: 5000 }, (_, index) => index);
    expect(mistakesOf({ tags, name: "A" }).length).toBeGreaterThan(0);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("with a field called %s", (name) => {
    const value: unknown = JSON.parse(`{"name":"a","${name}":{"count":99}}`);
    expect(mistakesOf(value).map(([path, kind]) => [path, kind])).toEqual([[name, "unknown"]]);
    const inner: unknown = JSON.parse(`{"name":"a","inner":{"${name}":1}}`);
    expect(mistakesOf(inner).map(([path, kind]) => [path, kind])).toEqual([[`inner.${name}`, "unknown"]]);
  });

  test("by giving a required field through the prototype", () => {
    expect(mistakesOf(JSON.parse('{"__proto__":{"name":"a"}}')).map(([path]) => path)).toContain("name");
  });
});

test("a name cannot fake a line, a path or a page", () => {
  const names = ["a\nb", "a.b", "a[0]", "\u001b[2J", "\u202e", "", "x".repeat(10_000), "a/b", "a~b"];
  const paths = mistakesOf({ name: "a", ...Object.fromEntries(names.map((name) => [name, 1])) }).map(
    ([path]) => path ?? "",
  );
  expect(paths).toEqual([
    '["a?b"]',
    '["a.b"]',
    '["a[0]"]',
    '["?[2J"]',
    '["?"]',
    '[""]',
    `["${"x".repeat(40)}"]`,
    '["a/b"]',
    '["a~b"]',
  ]);
});

test("a key that the pattern of a strict record does not know is named, though typebox fills in no defaults then", () => {
  const strict = Type.Object({
    count: Type.Integer({ default: 1 }),
    named: Type.Record(Type.String({ pattern: "^[a-z]+$" }), Type.Object({ on: Type.Boolean({ default: true }) }), {
      additionalProperties: false,
      wantedKeys: "a name",
    }),
  });
  const { mistakes } = findMistakes(strict, { named: { "A b": {}, c: { on: 7 } } });
  expect(mistakes.map(({ path, wanted }) => [path, wanted])).toEqual([
    ['named["A b"]', "a name"],
    ["named.c.on", "true or false"],
  ]);
});
