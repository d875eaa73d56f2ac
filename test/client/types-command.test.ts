import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayService, registerService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";
import { runners } from "../cli/runners.ts";
import { type GatewayProcess, runGateway, startGateway } from "../support/gateway.ts";
import { registrationKey } from "../support/registry-client.ts";
import { signToken } from "../support/token.ts";
import { waitFor } from "../support/wait-for.ts";
import { billing } from "./billing.ts";
import { billingServers } from "./billing-servers.ts";

const repository = join(import.meta.dirname, "../..");
const token = signToken();
const ends: (() => unknown)[] = [];
let gateway: GatewayProcess;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "types-"));
  gateway = await startGateway({ REGISTRATION_KEY: registrationKey });
  const access = { gateway: gateway.url, key: registrationKey, drainSeconds: 0 };
  const server = await billingServers.node();
  // Its checks find no /health there; one of its own paths will do.
  const lease = await registerService({
    ...access,
    name: "billing",
    port: server.port,
    openapi: billing.openapi,
    checkEndpoint: "/bills",
  });
  const app = new Elysia()
    .get("/shelves/:id", ({ params }) => ({ shelf: params.id }), {
      params: t.Object({ id: t.String() }),
      response: t.Object({ shelf: t.String() }),
    })
    .use(gatewayService({ ...access, name: "stock", signals: false }))
    .listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  ends.push(
    () => lease.close(),
    () => app.stop(true),
    () => server.close(),
  );
  await waitFor("both services", async () => {
    const statuses = ["billing/bills", "stock/shelves/1"].map(async (path) => {
      const answer = await fetch(`${gateway.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
      return answer.status;
    });
    return (await Promise.all(statuses)).every((status) => status === 200);
  });
});
afterAll(async () => {
  for (const end of ends) await end();
  await gateway.stop();
  rmSync(directory, { recursive: true });
});

const consumer = `
import { createClient } from "@isaas/gateway-sdk/client";
import type { Gateway, Services } from "./services.d.ts";

const gateway = createClient<Services & Gateway>(process.env.URL!, { token: process.env.TOKEN! });
const bill = await gateway.billing.bills({ id: 7 }).get();
const paid: boolean | undefined = bill.data?.paid;
const made = await gateway.billing.bills.post({ total: 3 }, { headers: { "x-tenant": "blue" } });
const total: number | undefined = made.status === 201 ? made.data?.total : undefined;
const shelf = await gateway.stock.shelves({ id: "a" }).get();
const name: string | undefined = shelf.data?.shelf;
const gone = await gateway.billing.bills({ id: 101 }).get();
const message: string = gone.error?.code === "SERVICE_ERROR" && gone.error.status === 404 ? gone.error.value.message : "";
const me = await gateway.users.me.get();
console.log(JSON.stringify([paid, total, name, message, me.status]));
`;

/** Each on a line of its own, and each wrong. */
const mistakes = `
import { createClient } from "@isaas/gateway-sdk/client";
import type { Services } from "./services.d.ts";
const gateway = createClient<Services>("http://localhost");
void gateway.nobody.get();
void gateway.billing.bill({ id: 7 }).get();
void gateway.billing.bills.post({ total: "3" }, { headers: { "x-tenant": "blue" } });
void gateway.billing.bills.post({ total: 3 });
void gateway.billing.bills.get({ query: { limit: "x" } });
void gateway.billing.bills({ id: 7 }).get().then(({ data }) => data?.sum);
void gateway.stock.shelves({ id: "a" }).get().then(({ data }) => data?.shelf.toFixed());
`.trimStart();

describe.each(runners)("gateway types by %s", (_, run) => {
  test("asks with the token, and where the settings say", async () => {
    const { code, stdout } = await run(["types"], { PORT: String(gateway.port) });
    expect([code, stdout]).toEqual([0, expect.stringContaining('":id": {')]);
    const asked: (string | null)[] = [];
    const other = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch({ url, headers }) {
        asked.push(new URL(url).pathname, headers.get("authorization"));
        return Response.json({ error: { code: "AUTH_ERROR", message: "No.", details: {} } }, { status: 401 });
      },
    });
    expect(await run(["types", "--url", other.url.href], { GATEWAY_TOKEN: "t" })).toEqual({
      code: 1,
      stdout: "",
      stderr: "the gateway answers 401 AUTH_ERROR: No.\n",
    });
    expect(asked).toEqual(["/swagger/json", "Bearer t"]);
    await other.stop(true);
  });

  test("says who answers instead", async () => {
    expect(await run(["types", "--url", "http://127.0.0.1:1"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "the gateway could not be asked: nobody listens there\n",
    });
    const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ openapi: "3.1.0" }) });
    expect(await run(["types", "--url", other.url.href])).toEqual({
      code: 1,
      stdout: "",
      stderr: "what answers there is no gateway\n",
    });
    await other.stop(true);
  });
});

test("gateway types prints what the SDK's client is called by, strictly checked by both compilers, and running", async () => {
  const { code, stdout, stderr } = await runGateway(["types", "--url", gateway.url]);
  expect([code, stderr]).toEqual([0, ""]);
  writeFileSync(join(directory, "services.d.ts"), stdout);
  writeFileSync(join(directory, "consumer.ts"), consumer);
  writeFileSync(join(directory, "mistakes.ts"), mistakes);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    types: [join(repository, "node_modules/bun-types")],
    skipLibCheck: true,
    paths: { "@isaas/gateway-sdk/*": [join(repository, "sdk/*.ts")] },
  };
  writeFileSync(
    join(directory, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["consumer.ts", "mistakes.ts"] }),
  );
  const compilers = [
    [process.execPath, "check", "--no-pretty", "--all"],
    [process.execPath, join(repository, "node_modules/typescript/bin/tsc"), "--pretty", "false", "-p", "."],
  ];
  for (const command of compilers) {
    const child = Bun.spawn(command, { cwd: directory, stdout: "pipe", stderr: "pipe" });
    const output = await new Response(child.stdout).text();
    const places = new Set([...output.matchAll(/^(\S+?)\((\d+),/gm)].map(([, file, line]) => `${file}:${line}`));
    expect([...places]).toEqual([4, 5, 6, 7, 8, 9, 10].map((line) => `mistakes.ts:${line}`));
  }
  const child = Bun.spawn([process.execPath, "consumer.ts"], {
    cwd: directory,
    env: { URL: gateway.url, TOKEN: token },
    stdout: "pipe",
    stderr: "inherit",
  });
  expect(JSON.parse(await new Response(child.stdout).text())).toEqual([true, 3, "a", "no such bill", 200]);
}, 20_000);
