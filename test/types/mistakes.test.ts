import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createProject } from "./project.ts";

const project = createProject();
afterAll(() => project.remove());

const tests = join(import.meta.dirname, "..");
const beginning = `import { createClient } from "@isaas/gateway-sdk/client";
import type { Library } from "${tests}/client/library.ts";
import type { Billing } from "${tests}/client/billing.ts";
const gateway = createClient<{ library: Library; billing: Billing }>("http://localhost:8000");
`;

/** Each is wrong by itself. */
const mistakes: Readonly<Record<string, string>> = {
  "a wrong service": "void gateway.libary.number.get();",
  "a wrong path": "void gateway.library.numbers.get();",
  "a wrong method": "void gateway.library.number.put();",
  "a missing parameter": "void gateway.library.books.pages({ page: 1 }).get();",
  "a wrong body": "void gateway.library.books.post({ title: 1 });",
  "a missing query": "void gateway.library.books.get();",
  "a missing header": "void gateway.library.guarded.get();",
  "a wrong field of an answer": "void gateway.library.books({ id: 1 }).get().then(({ data }) => data?.titel);",
  "an answer that may not be there": "void gateway.library.books({ id: 1 }).get().then(({ data }) => data.title);",
  "a wrong detail of an error":
    'void gateway.library.number.get().then(({ error }) => error?.code === "RATE_LIMIT" && error.details.service);',
  "a code that there is not": 'void gateway.library.number.get().then(({ error }) => error?.code === "RATE_LIMITED");',
  "a wrong value of the service's own error":
    'void gateway.library.books({ id: 1 }).get().then(({ error }) => error?.code === "SERVICE_ERROR" && error.value.massage);',
  "a wrong field of an event":
    "void gateway.library.events.get({ query: { count: 1 } }).then(async ({ data }) => { for await (const { data: tick } of data ?? []) void tick.total; });",
  "a wrong body of a contract": 'void gateway.billing.bills.post({ totl: 1 }, { headers: { "x-tenant": "a" } });',
  "wrong credentials": 'void createClient<{ library: Library }>("http://localhost", { username: "ada" });',
  "a service that says nothing of its routes": 'void createClient<{ library: { books: string } }>("http://localhost");',
};

const right = `void gateway.library.books({ id: 1 }).get().then(({ data, error }) => [data?.title, error?.code === "RATE_LIMIT" && error.details.burst]);
`;

test("the checker sees each mistake, and nothing in what is right", async () => {
  const names = Object.keys(mistakes);
  for (const [index, code] of Object.values(mistakes).entries()) project.write(`wrong-${index}.ts`, beginning + code);
  project.write("right.ts", beginning + right);
  const { places } = await project.check();
  const seen = new Set(places.map((place) => names[Number(/^wrong-(\d+)\.ts:[56]$/.exec(place)?.[1])] ?? place));
  expect([...seen].toSorted()).toEqual(names.toSorted());
}, 30_000);
