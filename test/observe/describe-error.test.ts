import { expect, test } from "bun:test";
import { describeError } from "../../src/observe/describe-error.ts";

test("an error of fetch is told without the URL it carries", async () => {
  const error: unknown = await fetch("http://127.0.0.1:1/x?token=s3cret").catch((thrown: unknown) => thrown);
  const told = JSON.stringify(describeError(error));
  expect(told).toContain("ECONNREFUSED");
  expect(told).not.toContain("s3cret");
});

test("what is no error is told by its kind alone", () => {
  expect(describeError("s3cret")).toEqual({ name: "string" });
});
