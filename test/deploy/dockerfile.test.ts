import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { license, packageManager } from "../../package.json";
import { type Ignores, readIgnores } from "./build-context.ts";
import { readStages, repository, type Stage, stepsOf, wordsOf } from "./dockerfile.ts";

describe("Dockerfile", () => {
  let build: Stage;
  let final: Stage;
  let ignores: Ignores;

  beforeAll(async () => {
    const stages = await readStages();
    expect(stages).toHaveLength(2);
    [build, final] = stages as [Stage, Stage];
    ignores = await readIgnores();
  });

  test("builds with the Bun that package.json names", () => {
    expect(build[0].text).toBe(`oven/${packageManager.replace("@", ":")} AS build`);
  });

  test("installs from the lock file before the sources are copied, so that the layer is kept", () => {
    const install = build.findIndex(({ keyword, text }) => keyword === "RUN" && text.includes("--frozen-lockfile"));
    const sources = build.findIndex(({ keyword, text }) => keyword === "COPY" && text.startsWith("src "));
    expect(install).toBeGreaterThan(0);
    expect(sources).toBeGreaterThan(install);
  });

  test("copies only what is there and what .dockerignore lets through", () => {
    for (const step of stepsOf(build, "COPY")) {
      for (const source of wordsOf(step).slice(0, -1)) {
        expect(existsSync(join(repository, source))).toBe(true);
        expect(ignores(source)).toBe(false);
      }
    }
  });

  test("hides everything else from the builder", () => {
    const hidden = [".env", ".git/config", "users.yaml", "dist/gateway", "node_modules/elysia/package.json"];
    for (const path of [...hidden, "sdk/node_modules/x", "test/deploy/dockerfile.ts"]) expect(ignores(path)).toBe(true);
  });

  test("has a final image of libc and nothing to run but the gateway", () => {
    expect(final[0].text).toBe("gcr.io/distroless/base-debian12:nonroot");
    expect(stepsOf(final, "RUN")).toEqual([]);
    expect(stepsOf(final, "ADD")).toEqual([]);
  });

  test("brings the executable alone into the final image", () => {
    const copies = stepsOf(final, "COPY");
    expect(copies.map(({ flags, text }) => ({ flags, text }))).toEqual([
      { flags: { from: "build" }, text: "/build/dist/gateway /gateway" },
    ]);
    expect(stepsOf(build, "WORKDIR").map(({ text }) => text)).toEqual(["/build"]);
  });

  test("starts and probes the file that was copied, without a shell", () => {
    expect(stepsOf(final, "ENTRYPOINT").map(wordsOf)).toEqual([["/gateway"]]);
    expect(stepsOf(final, "HEALTHCHECK").map(wordsOf)).toEqual([["/gateway", "health"]]);
    expect(stepsOf(final, "CMD")).toEqual([]);
  });

  test("runs as a numbered user that is not root", () => {
    const [uid, gid] = (stepsOf(final, "USER").at(-1)?.text ?? "").split(":").map(Number);
    expect(uid).toBeGreaterThan(0);
    expect(gid).toBeGreaterThan(0);
  });

  test("tells its port, its stop signal and its license", () => {
    expect(stepsOf(final, "EXPOSE").map(({ text }) => text)).toEqual(["8000"]);
    expect(stepsOf(final, "STOPSIGNAL").map(({ text }) => text)).toEqual(["SIGTERM"]);
    expect(stepsOf(final, "LABEL")[0]?.text).toContain(`org.opencontainers.image.licenses="${license}"`);
  });

  test("holds no setting and so no secret", () => {
    for (const stage of [build, final]) {
      expect(stepsOf(stage, "ENV")).toEqual([]);
      expect(stepsOf(stage, "ARG")).toEqual([]);
    }
  });
});
