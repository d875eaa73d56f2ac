import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { openPage, type Page } from "../support/browser.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

let gateway: GatewayProcess;
let page: Page;

beforeAll(async () => {
  gateway = await startGateway();
  page = await openPage(`${gateway.url}/swagger`);
});

afterAll(async () => {
  await page.close();
  await gateway.stop();
});

const text = async () => String(await page.evaluate("document.body.innerText"));

test("a browser without a network shows every endpoint", async () => {
  const wanted = ["ISaaS API Gateway", "/health", "/health/live", "/health/ready", "/explain", "/swagger/json"];
  let missing: readonly string[] = wanted;
  await waitFor(`${missing.join(", ")} on the page`, async () => {
    const shown = await text();
    missing = wanted.filter((part) => !shown.includes(part));
    return missing.length === 0;
  });
});

test("it shows how to call them at the address it came from", async () => {
  await waitFor("a line for curl", async () => (await text()).includes(`curl ${gateway.url}/health/ready`));
});

test("a request that is tried out there reaches the gateway", async () => {
  const press = (label: string) => `
    [...document.querySelectorAll("button")].find((button) => button.innerText.trim().startsWith("${label}"))?.click()`;
  const asked = () => gateway.lines.some((line) => line.msg === "request" && line["path"] === "/health");
  await page.evaluate(press("Test Request"));
  await waitFor("the answer", async () => {
    if (!asked()) await page.evaluate(press("Send"));
    return asked() && (await text()).includes('"healthy"');
  });
});

test("nothing is asked of any other host, and the page keeps to its own policy", () => {
  expect(new Set(page.requests.filter((url) => /^\w+:\/\//.test(url)).map((url) => new URL(url).origin))).toEqual(
    new Set([gateway.url]),
  );
  // The script tries whether it may make code of text. It may not, and does without.
  expect(page.complaints.filter((complaint) => !complaint.includes("kEvalViolation"))).toEqual([]);
});

test("it offers no way to hand the document to anybody", async () => {
  const shown = await text();
  for (const label of ["Deploy", "Share", "Developer Tools", "Ask AI"]) expect(shown).not.toContain(label);
});
