import { expect, test } from "bun:test";
import { Type } from "typebox";
import { describeValue } from "../../src/config/problem.ts";
import { describeWanted, type DescribedSchema } from "@isaas/gateway-sdk/validation";

test.each<[DescribedSchema, string]>([
  [Type.Boolean(), "true or false"],
  [Type.Integer(), "an integer"],
  [Type.Number({ minimum: 1 }), "a number, at least 1"],
  [Type.Number({ maximum: 1 }), "a number, at most 1"],
  [Type.Number({ minimum: 1, maximum: 2 }), "a number from 1 to 2"],
  [Type.Number({ exclusiveMinimum: 0 }), "a number above 0"],
  [Type.Number({ exclusiveMinimum: 0, maximum: 1 }), "a number above 0, at most 1"],
  [Type.String(), "a string"],
  [Type.String({ wanted: "a name" }), "a name"],
  [Type.Enum(["a", "b"]), "one of a, b"],
  [Type.Array(Type.Boolean()), "a list, each true or false"],
  [Type.Array(Type.String(), { minItems: 1, uniqueItems: true }), "a list of 1 or more, none twice, each a string"],
  [Type.Union([Type.String(), Type.Null()]), "a string or null"],
  [Type.Object({ a: Type.String() }), "settings by name"],
])("%j accepts %s", (schema, words) => {
  expect(describeWanted(schema)).toBe(words);
});

test.each<[unknown, string]>([
  [null, "null"],
  [undefined, "nothing"],
  [1.5, "1.5"],
  [Number.NaN, "NaN"],
  [true, "true"],
  ["", "an empty string"],
  ["INFO", '"INFO"'],
  ["/api/v1/", '"/api/v1/"'],
  ["x", '"x"'],
  [" ", "a string of 1 character"],
  ["user:hunter2", "a string of 12 characters"],
  ["http://a", "a string of 8 characters"],
  ["a\nb", "a string of 3 characters"],
  ["\u001b[2J", "a string of 4 characters"],
  ["a".repeat(25), "a string of 25 characters"],
  [[1, 2], "a list of 2"],
  [{ a: 1 }, "settings by name"],
])("%p is told as %s", (value, words) => {
  expect(describeValue(value)).toBe(words);
});
