import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway, startUpstream } from "@isaas/gateway-sdk/testing";
import { findExecutable } from "../../../sdk/testing/find-executable.ts";
import { pluginFolder, stamping } from "../../plugins-dir/plugin-folder.ts";
import { waitFor } from "../../support/wait-for.ts";

const executable = join(import.meta.dirname, "../../../dist/gateway");
const directory = mkdtempSync(join(tmpdir(), "testing-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("runs plugins from files and folders before a service that records what it gets", async () => {
  using folder = pluginFolder({
    "a.ts": stamping("a"),
    "b/index.ts": 'export { default } from "./part.ts";',
    "b/part.ts": stamping("b", "yes", 'options: Type.Object({ b_word: Type.String({ default: "" }) }),'),
    "c.ts": stamping("c"),
  });
  await using service = await startUpstream(({ path }) =>
    path.startsWith("/broken") ? Promise.reject(new Error("a mistake of the test")) : { status: 202, body: { path } },
  );
  await using gateway = await startGateway({
    executable,
    plugins: [join(folder.path, "a.ts"), new URL(`file://${folder.path}/b`)],
    settings: {
      b_word: "said",
      shop_service_url: service.url,
      routes: [
        { service: "shop_service", path_prefix: "/shop" },
        { service: "shop_service", path_prefix: "/admin", scopes: ["admin"], retries: 0 },
      ],
    },
    environment: { LOG_LEVEL: "debug" },
  });
  expect((await gateway.fetch("/shop/x")).status).toBe(401);
  const headers = { authorization: `Bearer ${gateway.token({ subject: "ada" })}` };
  const answer = await gateway.fetch("/shop/x?y=1", { method: "PUT", headers, body: "sent" });
  expect([answer.status, await answer.json()]).toEqual([202, { path: "/x?y=1" }]);
  expect(["x-a", "x-b", "x-c"].map((name) => answer.headers.get(name))).toEqual(["yes", "yes", null]);
  expect(service.requests).toEqual([
    expect.objectContaining({ method: "PUT", path: "/x?y=1", body: "sent", headers: expect.any(Object) }),
  ]);
  expect((await gateway.fetch("/admin/x", { headers })).status).toBe(403);
  const admin = { authorization: `Bearer ${gateway.token({ scopes: ["admin"] })}` };
  expect((await gateway.fetch("/admin/broken", { headers: admin })).status).toBe(502);
  expect(await gateway.waitForLine(({ status }) => status === 202)).toMatchObject({ msg: "request", path: "/shop/x" });
  expect(gateway.lines.length).toBeGreaterThan(2);
  await expect(gateway.waitForLine(() => false, 20)).rejects.toThrow(/no such log line within 20 ms.*"msg":"request"/s);
});

test("ends with its test: nothing listens any more, and its directory is gone", async () => {
  const gateway = await startGateway({ executable });
  expect((await gateway.fetch("/health")).status).toBe(200);
  await gateway.close();
  await gateway.close();
  await expect(gateway.fetch("/health")).rejects.toThrow();
});

test("a service without an answer of its own says ok", async () => {
  await using service = await startUpstream();
  expect(await (await fetch(service.url)).text()).toBe("ok");
});

describe("rejects, and says why, when", () => {
  test("a plugin does not load", async () => {
    using folder = pluginFolder({ "a.ts": "// One\nconst = 2;" });
    const started = startGateway({ executable, plugins: [join(folder.path, "a.ts")] });
    await expect(started).rejects.toThrow(/did not start: plugin a\.ts: .*Expected identifier.*a\.ts:2\)/);
  });

  test("a plugin is not there", async () => {
    await expect(startGateway({ executable, plugins: [join(directory, "gone.ts")] })).rejects.toThrow("gone.ts");
  });

  test("settings are wrong", async () => {
    await expect(startGateway({ executable, settings: { prot: 1 } })).rejects.toThrow("prot: wanted a known setting");
  });

  test("what is to be run is no gateway", async () => {
    const path = join(directory, "no-gateway");
    writeFileSync(path, "#!/nowhere/sh\n", { mode: 0o755 });
    await expect(startGateway({ executable: path })).rejects.toThrow("did not start: ");
  });
});

describe("the executable", () => {
  const onPath = join(directory, "bin");
  mkdirSync(onPath);
  writeFileSync(join(onPath, "gateway"), "");
  chmodSync(join(onPath, "gateway"), 0o755);

  test("is the one that is said, else that of the environment, else the one on the PATH", () => {
    const environment = { GATEWAY_EXECUTABLE: executable, PATH: `/nowhere::${onPath}` };
    expect(findExecutable(join(onPath, "gateway"), environment)).toBe(join(onPath, "gateway"));
    expect(findExecutable(undefined, environment)).toBe(executable);
    expect(findExecutable(undefined, { ...environment, GATEWAY_EXECUTABLE: "" })).toBe(join(onPath, "gateway"));
  });

  test("that is none is named", () => {
    expect(() => findExecutable(directory, {})).toThrow(`wanted an executable file, got ${directory}`);
    expect(() => findExecutable(undefined, { PATH: "/nowhere" })).toThrow("GATEWAY_EXECUTABLE");
  });
});

test("a gateway does not outlive a test that is killed", async () => {
  const program = `import { startGateway } from ${JSON.stringify(join(import.meta.dirname, "../../../sdk/testing.ts"))};
const { url } = await startGateway({ executable: ${JSON.stringify(executable)} });
console.log(url);
await new Promise(() => setInterval(() => {}, 1000));`;
  const path = join(directory, "killed.ts");
  writeFileSync(path, program);
  const child = Bun.spawn([process.execPath, path], {
    stdout: "pipe",
    // It cannot clean up any more; this directory goes with the other tests'.
    env: { ...process.env, TMPDIR: directory },
  });
  const { value } = await child.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  child.kill("SIGKILL");
  await child.exited;
  await waitFor("the gateway to end", async () => (await fetch(url).catch(() => undefined)) === undefined);
});
