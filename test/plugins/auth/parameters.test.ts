import { expect, test } from "bun:test";
import { readParameters } from "../../../plugins/auth/parameters.ts";
import { thrownBy } from "../registry/thrown.ts";

const form = "application/x-www-form-urlencoded";
const read = async (body: string, type = form) => {
  const headers = { "content-type": type };
  return Object.fromEntries(await readParameters(new Request("http://g", { method: "POST", body, headers })));
};
const problemOf = async (body: string, type = form) =>
  (await thrownBy(() => read(body, type))).details["problems"] as { path: string; message: string }[];

test.each([
  ["a form", "a=1&b=%2B+x", form, { a: "1", b: "+ x" }],
  ["a form with a charset", "a=1", `${form}; charset=utf-8`, { a: "1" }],
  ["a form without a type", "a=1", "text/plain", { a: "1" }],
  ["JSON", `{"a":"1","b":"+ x"}`, "application/json", { a: "1", b: "+ x" }],
  ["JSON with a charset", `{"a":"1"}`, "Application/JSON; charset=utf-8", { a: "1" }],
  ["empty values, which count as left out", "a=&b=1&c", form, { b: "1" }],
  ["empty texts in JSON", `{"a":"","b":"1"}`, "application/json", { b: "1" }],
  ["nothing", "", form, {}],
])("reads %s", async (_, body, type, parameters) => {
  expect(await read(body, type)).toEqual(parameters);
});

test.each([
  ["a name twice", "a=1&a=1", form, "a", "wanted once"],
  ["a name twice in JSON", `{"a":"1","a":"1"}`, "application/json", "body", "wanted a JSON object with each name once"],
  [
    "and in disguise",
    `{"a":"1","\\u0061":"2"}`,
    "application/json",
    "body",
    "wanted a JSON object with each name once",
  ],
  ["a list", "[]", "application/json", "body", "wanted a JSON object with each name once"],
  ["a number", `{"scope":1}`, "application/json", "scope", "wanted a string"],
  ["null", `{"scope":null}`, "application/json", "scope", "wanted a string"],
  ["a list of texts", `{"username":["a"]}`, "application/json", "username", "wanted a string"],
  ["a name that is no parameter's", `{"Bad Name":1}`, "application/json", "body", "wanted a string"],
  ["16 KiB and a byte", "é".repeat(8192) + "x", form, "body", "wanted at most 16384 bytes"],
])("refuses %s", async (_, body, type, path, message) => {
  expect(await problemOf(body, type)).toEqual([{ path, message }]);
});
