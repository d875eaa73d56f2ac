import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runGateway } from "../../support/gateway.ts";

const repository = join(import.meta.dirname, "../../..");
const executable = join(repository, "dist/gateway");
const project = mkdtempSync(join(tmpdir(), "starter-"));

async function run(command: readonly string[], environment: Record<string, string> = {}) {
  const { PATH = "" } = process.env;
  const env = { PATH, ...environment };
  const child = Bun.spawn([...command], { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, text: texts.join("") };
}

/** As the published package is: built, beside its own dependency and the types of the test runner. */
beforeAll(async () => {
  const sdk = join(project, "node_modules/@isaas/gateway-sdk");
  mkdirSync(sdk, { recursive: true });
  cpSync(join(repository, "sdk/package.json"), join(sdk, "package.json"));
  const built = await run([process.execPath, join(repository, ".ci/build-sdk.ts"), join(sdk, "dist")]);
  expect(built).toMatchObject({ code: 0 });
  for (const name of ["typebox", "bun-types", "@types/node", "undici-types"]) {
    const target = join(project, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), target);
  }
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  const compilerOptions = {
    target: "esnext",
    module: "preserve",
    lib: ["esnext", "dom"],
    types: ["bun-types"],
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    verbatimModuleSyntax: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["plugins"] }));
  expect(await runGateway(["plugin", "new", "my_stamp"], {}, project)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(project, { recursive: true }));

test("what `gateway plugin new` writes has no type error, with the published types", async () => {
  const { code, text } = await run([process.execPath, "check", "--no-script"]);
  expect(text).toContain("No type errors");
  expect(code).toBe(0);
});

test("its test passes against the executable, and fails when the plugin does something else", async () => {
  const environment = { GATEWAY_EXECUTABLE: executable };
  const passed = await run([process.execPath, "test", "plugins"], environment);
  expect(passed.text).toContain("1 pass");
  expect(passed.code).toBe(0);
  const file = join(project, "plugins/my_stamp.ts");
  const code = await Bun.file(file).text();
  writeFileSync(file, code.replace("String(response.status)", '"another"'));
  const failed = await run([process.execPath, "test", "plugins"], environment);
  expect(failed.text).toContain("1 fail");
  expect(failed.code).toBe(1);
});

test("the same library runs a gateway in a test of Node", async () => {
  writeFileSync(
    join(project, "node.test.mjs"),
    `import assert from "node:assert/strict";
import test from "node:test";
import { startGateway, startUpstream } from "@isaas/gateway-sdk/testing";

test("forwards", async () => {
  const service = await startUpstream((request) => ({ body: request.path }));
  const gateway = await startGateway({ settings: { shop_service_url: service.url } });
  try {
    const answer = await gateway.fetch("/api/v1/shop/x", { headers: { authorization: "Bearer " + gateway.token() } });
    assert.deepEqual([answer.status, await answer.text()], [200, "/x"]);
  } finally {
    await gateway.close();
    await service.close();
  }
});
`,
  );
  const { code, text } = await run(["node", "--test", "node.test.mjs"], { GATEWAY_EXECUTABLE: executable });
  expect(text).toContain("pass 1");
  expect(code).toBe(0);
});
