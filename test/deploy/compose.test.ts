import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { readStages, repository, stepsOf } from "./dockerfile.ts";

interface ComposeService {
  readonly build?: string;
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly [other: string]: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const document = parseDocument(await Bun.file(join(repository, "compose.yaml")).text(), { strict: true });
const { services, volumes, ...others }: Compose = document.toJS();
const { gateway = {}, redis = {} } = services;
const environment = gateway.environment ?? {};

describe("compose.yaml", () => {
  test("is one well-formed YAML document of services and volumes", () => {
    expect(document.errors).toEqual([]);
    expect(document.warnings).toEqual([]);
    expect(others).toEqual({});
    expect(Object.keys(services)).toEqual(["gateway", "redis"]);
  });

  test("gives every service an image or a build, and every named volume a declaration", () => {
    for (const service of Object.values(services)) {
      expect(service.image ?? service.build).toBeString();
      for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty([volume.split(":")[0] ?? ""]);
    }
  });

  test("waits only for services that are there and can tell that they are well", () => {
    for (const service of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe("service_healthy");
        expect(services[name]?.healthcheck?.test).toBeDefined();
      }
    }
    expect(redis.healthcheck?.test).toEqual(["CMD", "redis-cli", "ping"]);
  });

  test("publishes the port that the image exposes, and Redis to nobody", async () => {
    const final = (await readStages()).at(-1);
    const exposed = final && stepsOf(final, "EXPOSE")[0]?.text;
    expect(gateway.ports).toEqual([`8000:${exposed}`]);
    expect(redis.ports).toBeUndefined();
  });

  test("points the gateway at its Redis", () => {
    expect(services).toHaveProperty([environment["REDIS_HOST"] ?? ""]);
    expect(environment["REDIS_PORT"]).toBe("6379");
  });

  test("passes settings as strings, none of them a secret", () => {
    for (const [name, value] of Object.entries(environment)) {
      expect(value).toBeString();
      expect(name).not.toMatch(/SECRET|KEY|TOKEN|PASSWORD/);
    }
  });

  test("leaves the gateway more time to stop than it drains", () => {
    const graceSeconds = Number(/^(\d+)s$/.exec(String(gateway["stop_grace_period"]))?.[1]);
    expect(graceSeconds).toBeGreaterThan(Number(environment["DRAIN_SECONDS"]));
  });

  test("takes every privilege from the gateway, and keeps the image's health check", () => {
    expect(gateway).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
    expect(gateway.healthcheck).toBeUndefined();
  });
});
