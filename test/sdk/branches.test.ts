import { describe, expect, test } from "bun:test";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { Type } from "typebox";

const strict = { additionalProperties: false };
const on = Type.Array(Type.String(), { default: ["open"] });
const headers = Type.Record(Type.String({ pattern: "^[a-z-]+$" }), Type.String({ maxLength: 5 }), {
  additionalProperties: Type.Never(),
  wantedKeys: "a header name",
});
const inner = Type.Union([
  Type.Object({ red: Type.Integer() }, strict),
  Type.Object({ blue: Type.Integer({ minimum: 3 }) }, strict),
]);
const schema = Type.Object(
  {
    list: Type.Array(
      Type.Union(
        [
          Type.Object({ on, service: Type.String({ pattern: "^[a-z]+$", wanted: "a name" }) }, strict),
          Type.Object(
            {
              on,
              status: Type.Integer({ minimum: 200 }),
              headers: Type.Optional(headers),
              inner: Type.Optional(inner),
            },
            strict,
          ),
        ],
        { wanted: "a service, or a status" },
      ),
    ),
  },
  strict,
);

const mistakesOf = (value: unknown) =>
  findMistakes(schema, { list: [{ status: 200 }, value] }).mistakes.map(({ path, kind, wanted }) => [
    path.replace("list[1]", "*"),
    kind,
    wanted,
  ]);

describe("of a union, a mistake is told of the branch that is meant:", () => {
  test.each<[unknown, [path: string, kind: string, wanted: string][]]>([
    [{ status: 99 }, [["*.status", "wrong", "an integer, at least 200"]]],
    [{ service: "A" }, [["*.service", "wrong", "a name"]]],
    [{ service: "a", hue: 1 }, [["*.hue", "unknown", "one of on, service"]]],
    [{ status: 200, headers: { "A b": "c" } }, [['*.headers["A b"]', "unknown", "a header name"]]],
    [{ status: 200, headers: { a: "too long" } }, [["*.headers.a", "wrong", "a string of at most 5 characters"]]],
    [{ status: 200, inner: { blue: 1 } }, [["*.inner.blue", "wrong", "an integer, at least 3"]]],
    [
      { status: 99, inner: { blue: 1 } },
      [
        ["*.status", "wrong", "an integer, at least 200"],
        ["*.inner.blue", "wrong", "an integer, at least 3"],
      ],
    ],
  ])("%j", (value, mistakes) => {
    expect(mistakesOf(value)).toEqual(mistakes);
  });
});

test.each([[{}], [{ on: ["open"] }], [{ service: "a", status: 200 }], ["text"], [null], [[]], [7]])(
  "of %j nobody can tell which branch is meant: the union itself is told",
  (value) => {
    expect(mistakesOf(value)).toEqual([["*", "wrong", "a service, or a status"]]);
  },
);

test("each item of a list is judged by its own branch", () => {
  const list = [{ status: 99 }, { service: "A" }, {}, { status: 200, inner: { red: "1" } }, { inner: { blue: 1 } }];
  expect(findMistakes(schema, { list }).mistakes.map(({ path, wanted }) => [path, wanted])).toEqual([
    ["list[0].status", "an integer, at least 200"],
    ["list[1].service", "a name"],
    ["list[2]", "a service, or a status"],
    ["list[3].inner.red", "an integer"],
    ["list[4].status", "an integer, at least 200"],
    ["list[4].inner.blue", "an integer, at least 3"],
  ]);
});

test("keys with slashes and tildes are found again", () => {
  const named = Type.Object({
    "a/b~c": Type.Union([Type.Object({ x: Type.Integer() }), Type.Object({ y: Type.Null() })]),
  });
  expect(findMistakes(named, { "a/b~c": { x: "1" } }).mistakes.map(({ wanted }) => wanted)).toEqual(["an integer"]);
});
