import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runGateway } from "../support/gateway.ts";
import { settingsDirectory } from "./settings-file.ts";

const directory = settingsDirectory();
const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
const [beginning = "", fullExample = ""] = page.split("\n## A full example\n");

function codeOf(text: string, format: string): string {
  return new RegExp(`\`\`\`${format}\n(.*?)\`\`\``, "s").exec(text)?.[1] ?? "";
}

test.each(["yaml", "toml"])("the full example in %s is good", async (format) => {
  directory.write(`gateway.${format}`, codeOf(fullExample, format));
  directory.write("users.yaml", "users: []");
  mkdirSync(join(directory.path, "plugins"), { recursive: true });
  expect(await runGateway(["check", "--config", `gateway.${format}`], {}, directory.path)).toEqual({
    code: 0,
    stdout: "settings are good (static services: 3, routes: 4)\n",
    stderr: "",
  });
});

test("the example of a wrong file says what the page says it does", async () => {
  directory.write("gateway.yaml", codeOf(beginning, "yaml"));
  const { code, stderr } = await runGateway(["check", "--config", "gateway.yaml"], {}, directory.path);
  expect({ code, stderr }).toEqual({ code: 1, stderr: codeOf(beginning, "text") });
});

test("the instances of the page's example are good, and answer where it says", async () => {
  const environment = Object.fromEntries(
    codeOf(page, "sh")
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
  const { stdout } = await runGateway(["explain", "/api/v1/billing-eu/invoices"], environment);
  expect(stdout).toContain(
    "service     billing_eu_service, as /invoices\nbalance     least_loaded\ninstance    https://billing.example.org/eu  ",
  );
});
