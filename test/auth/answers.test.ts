import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { password } from "../support/users-file.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene({ CORS_ORIGINS: "https://app.example" });
});
afterAll(() => scene.close());

describe("a browser", () => {
  const preflight = {
    origin: "https://app.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, x-api-key",
  };

  test("asks before it sends a token, and needs none for that", async () => {
    scene.reached();
    const { status, headers } = await scene.call("/guarded", undefined, { method: "OPTIONS", headers: preflight });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, "https://app.example"]);
    expect(headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(scene.reached()).toBe(false);
  });

  test("may read a refusal", async () => {
    const { status, headers } = await scene.call("/guarded", undefined, { headers: { origin: preflight.origin } });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([401, "https://app.example"]);
  });

  test("an OPTIONS that is no preflight is a request like any other", async () => {
    const { status } = await scene.call("/guarded", undefined, { method: "OPTIONS" });
    expect(status).toBe(401);
  });
});

describe("for who accepts application/problem+json", () => {
  const headers = { accept: "application/problem+json" };
  const problem = (status: number, title: string, code: string, details: unknown) => ({
    type: "about:blank",
    title,
    status,
    code,
    detail: expect.any(String),
    details,
    request_id: expect.any(String),
  });

  test("401, 403 and 429 are RFC 9457 documents with the same headers", async () => {
    const missing = await scene.call("/guarded", undefined, { headers });
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
    expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="gateway"');
    expect(missing.body).toEqual(problem(401, "Unauthorized", "AUTH_ERROR", { reason: "missing" }));

    const { access } = await scene.logIn("ben");
    const forbidden = await scene.call("/guarded", access, { method: "POST", headers });
    const required = { required_scopes: ["write"] };
    expect(forbidden.body).toEqual(problem(403, "Forbidden", "INSUFFICIENT_SCOPE", required));

    for (let tried = 0; tried < 5; tried += 1) await scene.ask({ username: "ben", password: "wrong" });
    const limited = await scene.ask({ username: "ben", password }, headers);
    expect(limited.headers.get("retry-after")).toBe("1");
    const details = { limit: 5, burst: 5, retry_after_ms: expect.any(Number) };
    expect(limited.body).toEqual(problem(429, "Too Many Requests", "RATE_LIMIT", details));
  });
});

describe("/swagger/json", () => {
  test("tells of the endpoints, and which of them want a token", async () => {
    const document = (await (await fetch(`${scene.gateway.url}/swagger/json`)).json()) as {
      paths: Record<string, Record<string, { security?: unknown; responses?: object; requestBody?: unknown }>>;
      components: { securitySchemes: object };
    };
    const { paths } = document;
    expect(paths["/api/v1/auth/token"]?.["post"]?.requestBody).toMatchObject({
      content: { "application/x-www-form-urlencoded": {} },
    });
    expect(paths["/api/v1/auth/revoke"]?.["post"]?.responses).toHaveProperty("200");
    expect(paths["/api/v1/users/me"]?.["get"]?.security).toEqual([{ bearer: [] }]);
    expect(paths["/.well-known/jwks.json"]?.["get"]?.responses).toHaveProperty("200");
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    expect(document.components.securitySchemes).toHaveProperty("bearer");
  });
});
