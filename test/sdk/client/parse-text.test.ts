import { expect, test } from "bun:test";
import { parseText } from "../../../sdk/client/parse-text.ts";

test.each([
  ["42", 42],
  ["-1.5", -1.5],
  ["true", true],
  ["false", false],
  ["null", null],
  ['{"a":[1]}', { a: [1] }],
  ["[1,\n2]", [1, 2]],
])("%p is the value that was written", (text, value) => {
  expect<unknown>(parseText(text)).toEqual(value);
});

test.each(["007", "1e3", "12345678901234567890", "0x10", " 1", "", "Infinity", "NaN", "{a}", "[1", "True", "1.0"])(
  "%p stays a text",
  (text) => {
    expect(parseText(text)).toBe(text);
  },
);
