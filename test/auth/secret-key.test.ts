import { afterEach, describe, expect, test } from "bun:test";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { runGateway, type RunResult } from "../support/gateway.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import { secretKey } from "../support/open-routes.ts";

let scene: AuthScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

const both = (environment: Record<string, string>): Promise<RunResult[]> =>
  Promise.all(["check", "serve"].map((command) => runGateway([command], { PORT: "0", ...environment })));

describe("SECRET_KEY", () => {
  test.each([
    ["", "nothing"],
    ["short-and-planted", "a string of 17 characters"],
    ["x".repeat(31), "a string of 31 characters"],
  ])("%p is refused by check and by the start, and not shown", async (key, got) => {
    for (const { code, stdout, stderr } of await both({ SECRET_KEY: key })) {
      expect(code).toBe(1);
      expect(stderr).toContain("secret_key: wanted a text of at least 32 bytes");
      expect(stderr).toContain(got);
      if (key !== "") expect(stdout + stderr).not.toContain(key);
    }
  });

  test("counts by its bytes, not by its letters", async () => {
    expect((await runGateway(["check"], { SECRET_KEY: "é".repeat(16) })).code).toBe(0);
  });

  test("is not needed with DEBUG=true: a throw-away key signs, which the log says and nobody sees", async () => {
    scene = await openAuthScene({ SECRET_KEY: "", DEBUG: "true" });
    const { access } = await scene.logIn();
    expect((await scene.call("/guarded", access)).status).toBe(200);
    const line = await scene.gateway.waitForLine(({ msg }) => msg.includes("SECRET_KEY is not set"));
    expect(line.level).toBe("warn");
    const foreign = await scene.call("/guarded", await handMadeToken());
    expect([foreign.status, foreign.details["reason"]]).toEqual([401, "bad_signature"]);
    const empty = await scene.call("/guarded", await handMadeToken({}, { secret: "\0".repeat(32) }));
    expect(empty.status).toBe(401);
  });

  test("is the one that signs: another start with it takes the same tokens", async () => {
    const token = await handMadeToken({}, { secret: secretKey });
    scene = await openAuthScene();
    expect((await scene.call("/guarded", token)).status).toBe(200);
  });
});
