import { describe, expect, test } from "bun:test";
import { readJson } from "../../../plugins/registry/read-json.ts";
import { thrownBy } from "./thrown.ts";

const sent = (body: string | Uint8Array<ArrayBuffer>) =>
  readJson(new Request("http://gateway/", { method: "POST", body }));

/** The message to somebody who sent this. */
async function refusalOf(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const error = await thrownBy(() => sent(body));
  expect(error.code).toBe("INVALID_REQUEST");
  const [problem] = error.details["problems"] as { path: string; message: string }[];
  expect(problem?.path).toBe("body");
  return problem?.message ?? "";
}

describe("a body", () => {
  test.each(['{"a":1}', "[]", "null", "7", '"x"', ' {"a":"\\u0000"} '])("may be %s", async (text) => {
    expect(await sent(text)).toEqual(JSON.parse(text));
  });

  test.each(["", "hunter2", "{", '{"a":1}x', "{'a':1}", "undefined", "NaN", '{"a":"\n"}', "\u0000"])(
    "that is %j is no JSON, and is not repeated",
    async (text) => {
      expect(await refusalOf(text)).toBe("wanted well-formed JSON");
    },
  );

  test("in another encoding is no JSON", async () => {
    expect(await refusalOf(new Uint8Array([0x7b, 0x00, 0x7d, 0x00]))).toBe("wanted well-formed JSON");
  });
});

describe("nesting", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  test("may be 200 deep, however wide", async () => {
    expect(await sent(nested(200))).toBeDefined();
    expect(await sent(`[${Array.from({ length: 10_000 }, () => "[{}]").join()}]`)).toHaveLength(10_000);
  });

  test.each([202, 1000, 100_000, 1_000_000])("of %d is refused", async (levels) => {
    const started = performance.now();
    expect(await refusalOf(nested(levels))).toMatch(/^wanted (?:at most 200 levels of JSON|well-formed JSON)$/);
    expect(await refusalOf(`{"a":${'{"b":'.repeat(levels)}1${"}".repeat(levels)}}`)).toMatch(/^wanted/);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
