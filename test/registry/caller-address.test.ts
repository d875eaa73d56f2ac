import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { registrationKey, toAnswer } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";

let scene: Scene;
let behindProxy: Scene;
beforeAll(async () => {
  [scene, behindProxy] = await Promise.all([openScene(), openScene({ TRUSTED_PROXIES: "127.0.0.1" })]);
});
afterAll(async () => {
  await Promise.all([scene.close(), behindProxy.close()]);
});

/** Registers without a host, through proxies that say this. */
async function registerThrough({ gateway, registry }: Scene, service: string, forwardedFor?: string) {
  const answer = await fetch(`${gateway.url}/api/v1/services`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${registrationKey}`,
      ...(forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor }),
    },
    body: JSON.stringify({ service_name: service, port: 9 }),
  });
  const { status } = await toAnswer(answer);
  return { status, host: (await registry.instance(service))?.host };
}

describe("a registration without a host", () => {
  test("means the address of its caller", async () => {
    expect(await registerThrough(scene, "peer_service")).toEqual({ status: 201, host: "127.0.0.1" });
  });

  test("is served there", async () => {
    const { port } = await scene.instance("caller");
    await scene.registry.bring({ service_name: "caller_service", port });
    expect(await scene.get("/caller/x")).toMatchObject({ status: 200, by: "caller" });
  });

  test("does not believe X-Forwarded-For of just anybody", async () => {
    expect(await registerThrough(scene, "liar_service", "10.1.2.3")).toEqual({ status: 201, host: "127.0.0.1" });
  });

  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["10.9.9.9, 10.1.2.3", "10.1.2.3"],
    ["10.1.2.3, 127.0.0.1", "10.1.2.3"],
    ["fd00::5", "fd00::5"],
    ["hunter2", "127.0.0.1"],
  ])("through a trusted proxy that says %j means %s", async (forwardedFor, host) => {
    const service = `proxied_${Bun.hash(forwardedFor)}_service`;
    expect(await registerThrough(behindProxy, service, forwardedFor)).toEqual({ status: 201, host });
  });

  test.each(["8.8.8.8", "169.254.169.254", "::"])("is refused when the proxy says %s", async (forwardedFor) => {
    expect(await registerThrough(behindProxy, "refused_service", forwardedFor)).toEqual({
      status: 400,
      host: undefined,
    });
  });
});
