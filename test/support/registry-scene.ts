import { asAdmin } from "./token.ts";
import { type GatewayProcess, startGateway } from "./gateway.ts";
import { type InstanceProcess, startInstance } from "./instance-process.ts";
import { createRegistryClient, registrationKey, type RegistryClient } from "./registry-client.ts";

/** What a gateway answered to a caller of a service. */
export interface Reply {
  readonly status: number;
  readonly ms: number;
  /** The name of the instance that answered, as it says itself. */
  readonly by: string | undefined;
  readonly text: string;
}

/** A gateway that lets services register, and the instances around it. */
export interface Scene {
  readonly gateway: GatewayProcess;
  readonly registry: RegistryClient;
  /** An instance that ends with the scene. */
  instance(name?: string, host?: string, port?: number): Promise<InstanceProcess>;
  /** A call through the gateway, to a path below the API prefix. */
  get(path: string): Promise<Reply>;
  /** The log lines about the status of this service's instances, as `healthy -> failed: connection refused`. */
  turnsOf(service: string): readonly string[];
  close(): Promise<void>;
}

export async function openScene(
  environment: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Scene> {
  const gateway = await startGateway({ REGISTRATION_KEY: registrationKey, ...environment }, args);
  const instances: InstanceProcess[] = [];
  return {
    gateway,
    registry: createRegistryClient(gateway),
    async instance(name, host, port) {
      const instance = await startInstance(name, host, port);
      instances.push(instance);
      return instance;
    },
    get: (path) => callGateway(`${gateway.url}/api/v1${path}`),
    turnsOf: (service) =>
      gateway.lines
        .filter(({ msg, service: of }) => msg === "instance status" && of === service)
        .map(({ from = "", to, reason }) => `${String(from)} -> ${String(to)}: ${String(reason)}`.trim()),
    async close() {
      await Promise.all([gateway.stop(), ...instances.map((instance) => instance.kill())]);
    },
  };
}

export async function callGateway(url: string): Promise<Reply> {
  const startMs = performance.now();
  const answer = await fetch(url, { redirect: "manual", headers: asAdmin() });
  const text = await answer.text();
  const by = /"by":"([^"]*)"/.exec(text)?.[1];
  return { status: answer.status, ms: performance.now() - startMs, by, text };
}
