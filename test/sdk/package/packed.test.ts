import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { registrationKey } from "../../support/registry-client.ts";
import { callGateway, openScene, type Scene } from "../../support/registry-scene.ts";
import { signToken } from "../../support/token.ts";
import { waitFor } from "../../support/wait-for.ts";
import { newProject, packInto, type Project, repository } from "./project.ts";
import { type ServiceProgram, startProgram } from "./service-process.ts";

setDefaultTimeout(60_000);

let scene: Scene;
let project: Project;
let bunProject: Project;
const running: ServiceProgram[] = [];

beforeAll(async () => {
  scene = await openScene();
  project = newProject({ name: "in-node" });
  const tarball = await packInto(project.directory);
  const installed = await project.run(["npm", "install", "--silent", "--no-audit", "--no-fund", tarball]);
  expect([installed.code, installed.text]).toEqual([0, ""]);
  for (const name of ["express", "fastify", "hono", "@hono/node-server"]) project.lend(name);
  bunProject = newProject({ name: "in-bun" });
  expect((await bunProject.run([process.execPath, "add", tarball])).code).toBe(0);
  for (const name of ["elysia", "bun-types"]) bunProject.lend(name);
}, 120_000);
afterEach(async () => {
  for (const { process } of running.splice(0)) {
    process.kill("SIGKILL");
    await process.exited;
  }
});
afterAll(async () => {
  await scene.close();
  project.remove();
  bunProject.remove();
});

async function start(name: string, port = 0): Promise<ServiceProgram> {
  const file = project.copy(`sdk/examples/servers/${name}.mjs`);
  const environment = { GATEWAY: scene.gateway.url, REGISTRATION_KEY: registrationKey, PORT: String(port) };
  const program = await startProgram(["node", file], project.directory, environment);
  running.push(program);
  return program;
}

const instanceAt = async (port: number) => {
  const { status, body } = await scene.registry.service("weather_service");
  return status === 404 ? undefined : body.instances.find((instance) => instance.port === port);
};
const isHealthyAt = (port: number) =>
  waitFor("it to be healthy", async () => (await instanceAt(port))?.status === "healthy");

test("the package brings what it exports, and nothing of its making", async () => {
  const { text } = await project.run(["find", "node_modules/@isaas/gateway-sdk/", "-type", "f"]);
  const files = text
    .trim()
    .split("\n")
    .map((file) => file.replace("node_modules/@isaas/gateway-sdk/", ""));
  for (const file of ["package.json", "README.md", "LICENSE", "dist/service.js", "dist/service.d.ts"]) {
    expect(files).toContain(file);
  }
  expect(files.filter((file) => !/^(?:package\.json|README\.md|LICENSE|dist\/.+\.(?:d\.ts|js))$/.test(file))).toEqual(
    [],
  );
  const { dependencies } = await Bun.file(`${project.directory}/node_modules/@isaas/gateway-sdk/package.json`).json();
  expect(Object.keys(dependencies)).toEqual(["typebox"]);
});

describe("its types, without Elysia and Node's own, and every library checked", () => {
  const right = `
    import { type CallError, createClient } from "@isaas/gateway-sdk/client";
    import { definePlugin, type Exchange, GatewayError, type Store } from "@isaas/gateway-sdk/plugin";
    import { routeSchema, type RouteOptions } from "@isaas/gateway-sdk/contract";
    import { gatewayService, type Lease, registerService } from "@isaas/gateway-sdk/service";
    import { Type } from "typebox";

    export const plugin = definePlugin({
      name: "late",
      stage: "edge",
      options: Type.Object({ late_ms: Type.Number({ default: 1 }) }),
      setup(host, options) {
        const ms: number = options.late_ms;
        return {
          route: () => (next) => async function late(exchange: Exchange) {
            if (exchange.path === "/x") throw new GatewayError("NOT_FOUND", { message: \`after \${ms}\` });
            return await next(exchange);
          },
        };
      },
    });
    export const schema = routeSchema;
    export const route: Pick<RouteOptions, "timeout"> = { timeout: 3 };
    export const kind = (store: Store): "embedded" | "redis" => store.kind;
    export async function run(): Promise<string> {
      await using lease: Lease = await registerService({
        name: "a", port: 1, gateway: ["http://a"], credentials: { clientId: "a", clientSecret: "b" },
        routes: [{ path_prefix: "/api/v1/a", methods: ["GET"], stamp: { hidden: true } }],
        onEvent: ({ state, error }) => { if (state === "refused" && error?.code === "CONFLICT") return; },
      });
      return lease.state;
    }
    export const client = createClient<{}>("http://a", { username: "a", password: "b" });
    export const waitMs = (error: CallError): number => error.code === "RATE_LIMIT" ? error.details.retry_after_ms : 0;
    const app = { get: (path: string) => path };
    export const same: typeof app = gatewayService({ name: "a", gateway: "http://a", key: "k" })(app);
  `;
  const wrong = [
    `registerService({ name: "a", gateway: "http://a", key: "k" });`,
    `registerService({ name: "a", port: 1, gateway: "http://a" });`,
    `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", credentials: { clientId: "a", clientSecret: "b" } });`,
    `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", wieght: 3 });`,
    `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", routes: [{ methods: ["GET"] }] });`,
    `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", routes: [{ path_prefix: "/a", methods: ["FETCH"] }] });`,
    `registerService({ name: "a", port: 1, gateway: "http://a", key: "k" }).then((lease) => lease.state === "gone");`,
  ].map((line) => `import { registerService } from "@isaas/gateway-sdk/service";\nvoid ${line}\n`);

  const libraries = { target: "es2022", lib: ["es2022", "dom"], types: [] };
  const strict = { ...libraries, strict: true, exactOptionalPropertyTypes: true, noEmit: true };
  const configure = (options: object, files: readonly string[]) =>
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
  const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
  const bundler = { module: "esnext", moduleResolution: "bundler" };

  test.each([nodenext, bundler])("hold where modules are found as by $moduleResolution", async (modules) => {
    project.write("right.ts", right);
    configure({ ...modules, skipLibCheck: false }, ["right.ts"]);
    const { code, text } = await project.run([process.execPath, "check", "--no-script"]);
    expect([code, text]).toEqual([0, expect.stringContaining("No type errors")]);
  });

  test("hold by tsc as well, which refuses each of what is wrong", async () => {
    const files = wrong.map((text, index) => {
      project.write(`wrong-${index}.ts`, text);
      return `wrong-${index}.ts`;
    });
    // Typebox's own declarations take tsc ten seconds.
    configure({ ...nodenext, skipLibCheck: true }, ["right.ts", ...files]);
    const { text } = await project.run([
      "node",
      `${repository}/node_modules/typescript/lib/tsc.js`,
      "--pretty",
      "false",
    ]);
    const faulty = new Set([...text.matchAll(/^([^\s(]+)\((\d+),/gm)].map(([, file, line]) => `${file} ${line}`));
    expect([...faulty].toSorted()).toEqual(files.map((file) => `${file} 2`));
  });
});

test("Node's own server, Express, Fastify and Hono register, are called, and are gone when SIGTERM has ended them", async () => {
  const names = ["node-http", "express", "fastify", "hono"];
  const programs = await Promise.all(names.map((name) => start(name)));
  expect(programs.map(({ state, errors }) => [state, errors()])).toEqual(names.map(() => ["registered", ""]));
  await Promise.all(programs.map(({ port }) => isHealthyAt(port)));
  const seen = new Set<unknown>();
  await waitFor("each to be called", async () => {
    const { status, text } = await scene.get("/weather/today?in=oslo");
    expect([status, JSON.parse(text)]).toMatchObject([200, { user: "tester" }]);
    seen.add(JSON.parse(text).by);
    return seen.size === names.length;
  });
  for (const { process } of programs) process.kill("SIGTERM");
  expect(await Promise.all(programs.map(({ process }) => process.exited))).toEqual([0, 0, 0, 0]);
  expect((await scene.registry.service("weather_service")).status).toBe(404);
  expect(programs.map(({ errors }) => errors())).toEqual(["", "", "", ""]);
});

/** Calls the service as fast as it answers, until it is told to stop. */
function keepCalling(callers: number) {
  const answers: string[] = [];
  const over = new AbortController();
  const call = async () => {
    while (!over.signal.aborted) {
      const { status, text } = await callGateway(`${scene.gateway.url}/api/v1/weather/x`).catch((error) => ({
        status: 0,
        text: String(error),
      }));
      answers.push(status === 200 ? JSON.parse(text).by : `${status} ${text}`);
    }
  };
  const calls = Promise.all(Array.from({ length: callers }, call));
  return {
    answers,
    async stop() {
      over.abort();
      await calls;
    },
  };
}

test("a service that is told to stop while it is called loses no request", async () => {
  const [leaves, stays] = [await start("node-http"), await start("fastify")];
  await isHealthyAt(leaves.port);
  await isHealthyAt(stays.port);
  const { answers, stop } = keepCalling(8);
  await waitFor("both to be called", () => answers.includes("node-http") && answers.includes("fastify"));
  leaves.process.kill("SIGTERM");
  expect(await leaves.process.exited).toBe(0);
  const left = answers.length;
  await waitFor("more", () => answers.length > left + 100);
  await stop();
  expect(answers.filter((answer) => answer !== "node-http" && answer !== "fastify")).toEqual([]);
  expect(answers.slice(left + 8)).not.toContain("node-http");
});

test("a service that is killed and started again while it is called costs nobody a GET", async () => {
  const [killed, stays] = [await start("node-http"), await start("fastify")];
  await isHealthyAt(killed.port);
  await isHealthyAt(stays.port);
  const id = (await instanceAt(killed.port))?.instance_id;
  const { answers, stop } = keepCalling(8);
  await waitFor("both to be called", () => answers.includes("node-http") && answers.includes("fastify"));
  killed.process.kill("SIGKILL");
  await killed.process.exited;
  const dead = answers.length;
  await waitFor("more", () => answers.length > dead + 100);
  const again = await start("node-http", killed.port);
  expect(again.state).toBe("registered");
  const back = answers.length;
  await waitFor("it to be called again", () => answers.slice(back).includes("node-http"));
  await stop();
  expect((await instanceAt(killed.port))?.instance_id).toBe(String(id));
  expect(answers.filter((answer) => answer !== "node-http" && answer !== "fastify")).toEqual([]);
});

describe("in Bun, with Elysia", () => {
  const app = `
    import { Elysia, t } from "elysia";
    import { gatewayService } from "@isaas/gateway-sdk/service";
    const { GATEWAY: gateway = "", REGISTRATION_KEY: key = "", END } = process.env;
    if (END !== undefined) process.once("SIGTERM", async () => { await app.stop(); process.exit(7); });
    export const app = new Elysia()
      .get("/before/:id", ({ params }) => ({ id: params.id }))
      .use(gatewayService({ name: "elysian", gateway, key, onEvent: ({ state }) => { if (state === "registered") tell(); } }))
      .post("/after", ({ body }) => body.n, { body: t.Object({ n: t.Number() }) });
    const tell = () => console.log(JSON.stringify({ port: app.server?.port, state: "registered" }));
    export type App = typeof app;
    app.listen(0);
  `;
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    bunProject.write("app.ts", app);
    const environment = { GATEWAY: scene.gateway.url, REGISTRATION_KEY: registrationKey, ...more };
    const program = await startProgram([process.execPath, "app.ts"], bunProject.directory, environment);
    running.push(program);
    await scene.registry.waitForStatus("elysian_service", "healthy");
    return program;
  };

  const call = `
    import { createClient } from "@isaas/gateway-sdk/client";
    const gateway = createClient(process.env.GATEWAY, { token: process.env.TOKEN });
    const { data } = await gateway.elysian.before({ id: "7" }).get();
    const { error } = await gateway.nowhere.get();
    console.log(JSON.stringify({ data, code: error.code }));
  `;

  test("an app registers, is called by a client in Bun and in Node, and SIGTERM ends it as if nobody had listened", async () => {
    const { process: app } = await start();
    const environment = { GATEWAY: scene.gateway.url, TOKEN: signToken() };
    for (const [caller, runtime] of [
      [project, "node"],
      [bunProject, process.execPath],
    ] as const) {
      caller.write("call.mjs", call);
      const { code, text } = await caller.run([runtime, "call.mjs"], environment);
      expect([code, text.trim()]).toEqual([0, '{"data":{"id":"7"},"code":"NOT_FOUND"}']);
    }
    app.kill("SIGTERM");
    await app.exited;
    expect(app.signalCode).toBe("SIGTERM");
    expect((await scene.registry.service("elysian_service")).status).toBe(404);
  });

  test("a listener of the app's own decides how it ends, after it has left", async () => {
    const { process } = await start({ END: "7" });
    process.kill("SIGTERM");
    expect(await process.exited).toBe(7);
    expect((await scene.registry.service("elysian_service")).status).toBe(404);
  });

  test("the app's types keep all its routes", async () => {
    bunProject.write("app.ts", app);
    bunProject.write(
      "types.ts",
      `import { createClient } from "@isaas/gateway-sdk/client"; import type { App } from "./app.ts";
      type Routes = App["~Routes"];
      export const id: Routes["before"][":id"]["get"]["response"][200] = { id: "1" };
      export const n: Routes["after"]["post"]["body"] = { n: 1 };
      const { elysian } = createClient<{ elysian: App }>("http://a");
      export const answer = async (): Promise<string> => (await elysian.before({ id: "1" }).get()).data?.id ?? "";
      export const wrong: Routes["after"]["post"]["body"] = { n: "1" };`,
    );
    const modules = { module: "preserve", moduleResolution: "bundler", allowImportingTsExtensions: true };
    const compilerOptions = { target: "esnext", types: ["bun-types"], strict: true, noEmit: true, skipLibCheck: true };
    bunProject.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, ...modules } }));
    const { text } = await bunProject.run([process.execPath, "check", "--no-script", "--no-pretty"]);
    expect(text.match(/^\S+\(\d+/gm)).toEqual(["types.ts(7"]);
  });
});
