import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../support/free-port.ts";
import { startGateway } from "../../support/gateway.ts";
import { createRegistryClient, registrationKey } from "../../support/registry-client.ts";
import { callGateway, openScene, type Scene } from "../../support/registry-scene.ts";
import { signToken } from "../../support/token.ts";
import { waitFor } from "../../support/wait-for.ts";
import { newProject, packInto, type Project, repository } from "./project.ts";
import { right, wrong } from "./type-samples.ts";
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

async function start(name: string, port = 0, gateway = scene.gateway.url): Promise<ServiceProgram> {
  const file = project.copy(`sdk/examples/servers/${name}.mjs`);
  const environment = { GATEWAY: gateway, REGISTRATION_KEY: registrationKey, PORT: String(port) };
  const program = await startProgram(["node", file], project.directory, environment);
  running.push(program);
  return program;
}

async function startElysia(more: Readonly<Record<string, string>> = {}): Promise<ServiceProgram> {
  const file = bunProject.copy("test/sdk/package/elysia-app.ts");
  const environment = { GATEWAY: scene.gateway.url, REGISTRATION_KEY: registrationKey, ...more };
  const program = await startProgram([process.execPath, file], bunProject.directory, environment);
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

test("services that are told to stop while they are called lose no request", async () => {
  const leaving = await Promise.all([start("node-http"), startElysia({ NAME: "weather" })]);
  const stays = await start("fastify");
  await Promise.all([...leaving, stays].map(({ port }) => isHealthyAt(port)));
  const { answers, stop } = keepCalling(8);
  await waitFor("all to be called", () => new Set(answers).size === 3);
  for (const { process } of leaving) process.kill("SIGTERM");
  await Promise.all(leaving.map(({ process }) => process.exited));
  const left = answers.length;
  await waitFor("more", () => answers.length > left + 100);
  await stop();
  expect(new Set(answers)).toEqual(new Set(["node-http", "elysia", "fastify"]));
  expect(new Set(answers.slice(left + 8))).toEqual(new Set(["fastify"]));
});

test("a service in Node outlives its gateway, and is back when the gateway is", async () => {
  const environment = { PORT: String(await freePort()), REGISTRATION_KEY: registrationKey, LEASE_SECONDS: "3" };
  const gateway = await startGateway(environment);
  const { port, errors } = await start("node-http", 0, gateway.url);
  gateway.process.kill("SIGKILL");
  await gateway.process.exited;
  await waitFor("the loss to be told", () => errors().includes("weather_service is connecting at the gateway"));
  const again = await startGateway(environment);
  await again.waitForLine(({ msg, to }) => msg === "instance status" && to === "healthy");
  expect((await createRegistryClient(again).instance("weather_service"))?.port).toBe(port);
  await again.stop();
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
  const call = `
    import { createClient } from "@isaas/gateway-sdk/client";
    const gateway = createClient(process.env.GATEWAY, { token: process.env.TOKEN });
    const { data } = await gateway.elysian.before({ id: "7" }).get();
    const { error } = await gateway.nowhere.get();
    console.log(JSON.stringify({ data, code: error.code }));
  `;

  test("an app registers, is called by a client in Bun and in Node, and SIGTERM ends it as if nobody had listened", async () => {
    const { process: app } = await startElysia();
    await scene.registry.waitForStatus("elysian_service", "healthy");
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
    const { process } = await startElysia({ END: "7" });
    process.kill("SIGTERM");
    expect(await process.exited).toBe(7);
    expect((await scene.registry.service("elysian_service")).status).toBe(404);
  });

  test("the app's types keep all its routes", async () => {
    bunProject.copy("test/sdk/package/elysia-app.ts");
    bunProject.write(
      "types.ts",
      `import { createClient } from "@isaas/gateway-sdk/client"; import type { App } from "./elysia-app.ts";
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
