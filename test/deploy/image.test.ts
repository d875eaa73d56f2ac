import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { version } from "../../package.json";
import { copyIntoImage, run, runBuildStage } from "./build-stage.ts";
import { readStages, repository, type Stage, stepsOf, wordsOf } from "./dockerfile.ts";

// No container engine is needed: the Dockerfile's own steps run in an empty directory, and what its final image would
// hold runs as that image would run it.
describe("the image", () => {
  const directory = mkdtempSync(join(tmpdir(), "gateway-image-"));
  const stageRoot = join(directory, "stage");
  const imageRoot = join(directory, "image");
  let entrypoint: string[];
  let healthcheck: string[];

  beforeAll(async () => {
    chmodSync(directory, 0o755);
    mkdirSync(imageRoot);
    const [build, final] = (await readStages()) as [Stage, Stage];
    await runBuildStage(build, stageRoot);
    copyIntoImage(final, stageRoot, imageRoot);
    const inImage = ([path = "", ...args]: string[]) => [join(imageRoot, path), ...args];
    entrypoint = inImage(stepsOf(final, "ENTRYPOINT").flatMap(wordsOf));
    healthcheck = inImage(stepsOf(final, "HEALTHCHECK").flatMap(wordsOf));
  }, 180_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** As the container would: in a directory nobody may write to, as the image's user, with no environment but ours. */
  function start(command: string[], env: Record<string, string>) {
    const user = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};
    return Bun.spawn(command, { cwd: imageRoot, env, stdio: ["ignore", "pipe", "pipe"], timeout: 30_000, ...user });
  }

  test("needs no library beside libc", async () => {
    const ldd = start(["ldd", ...entrypoint], { PATH: process.env["PATH"] ?? "" });
    const libraries = (await new Response(ldd.stdout).text()).match(/[\w.+-]+\.so[.\d]*(?= )/g) ?? [];
    const libc = /^(linux-vdso|libc|libm|libdl|libpthread|librt|ld-linux-[\w-]+)\.so\.\d$/;
    expect(libraries).toContain("libc.so.6");
    expect(libraries.filter((name) => !libc.test(name))).toEqual([]);
  });

  test("holds the same bytes as dist/gateway, and no path of the machine that built it", async () => {
    await run([process.execPath, ".ci/build.ts"], repository);
    const built = Buffer.from(await Bun.file(join(repository, "dist/gateway")).arrayBuffer());
    const inImage = Buffer.from(await Bun.file(entrypoint[0] ?? "").arrayBuffer());
    expect(built.equals(inImage)).toBe(true);
    for (const room of ["node_modules", "src"]) expect(built.includes(join(repository, room))).toBe(false);
  }, 60_000);

  test("tells its version", async () => {
    const gateway = start([...entrypoint, "--version"], {});
    expect((await new Response(gateway.stdout).text()).trim()).toBe(version);
    expect(await gateway.exited).toBe(0);
  });

  test("takes the settings of compose.yaml", async () => {
    const compose = parse(await Bun.file(join(repository, "compose.yaml")).text());
    const gateway = start([...entrypoint, "check"], compose.services.gateway.environment);
    expect(await gateway.exited).toBe(0);
  });

  test("serves, passes its health check, and exits with 0 when it is stopped", async () => {
    const env = { HOST: "127.0.0.1", DEBUG: "true" };
    const gateway = start(entrypoint, { ...env, PORT: "0" });
    const port = await listeningPort(gateway.stdout);

    const healthy = start(healthcheck, { ...env, PORT: port });
    expect(await healthy.exited).toBe(0);

    gateway.kill("SIGTERM");
    expect(await gateway.exited).toBe(0);
    expect(await start(healthcheck, { ...env, PORT: port }).exited).toBe(1);
  }, 30_000);
});

async function listeningPort(stdout: ReadableStream<Uint8Array>): Promise<string> {
  let log = "";
  const decoder = new TextDecoder();
  for await (const bytes of stdout.values({ preventCancel: true })) {
    log += decoder.decode(bytes, { stream: true });
    const line = log.split("\n").find((each) => each.includes('"listening"') && each.endsWith("}"));
    if (line !== undefined) return String(JSON.parse(line).port);
  }
  throw new Error(`the gateway ended before it listened\n${log}`);
}
