import { newStore } from "../store/stores.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type InstanceProcess, startInstance } from "../support/instance-process.ts";
import { type RedisServer, type RedisServerOptions, startRedis } from "../support/redis.ts";
import { createRegistryClient, registrationKey, type RegistryClient, type Sent } from "../support/registry-client.ts";
import { callGateway, type Reply } from "../support/registry-scene.ts";
import { type Relay, startRelay } from "../support/relay.ts";

/** One of several gateways on the same Redis. */
export interface SharedGateway {
  readonly process: GatewayProcess;
  readonly registry: RegistryClient;
  /** Its own way to Redis. */
  readonly relay: Relay;
  /** A call through this gateway, to a path below the API prefix. */
  get(path: string): Promise<Reply>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Gateways on one Redis, and instances around them. `await using` ends them all. */
export interface SharedScene extends AsyncDisposable {
  readonly redis: RedisServer;
  /** One more gateway. They lead in the order in which they come. */
  gateway(environment?: Record<string, string>): Promise<SharedGateway>;
  instance(name?: string, host?: string): Promise<InstanceProcess>;
}

export async function openSharedScene(options: RedisServerOptions = {}): Promise<SharedScene> {
  const redis = await startRedis(options);
  const gateways: SharedGateway[] = [];
  const instances: InstanceProcess[] = [];
  return {
    redis,
    async gateway(environment = {}) {
      const relay = await startRelay(redis.port);
      // A cluster tells its clients where it is: no relay can stand before it.
      const url = options.cluster === true ? redis.url : `redis://127.0.0.1:${relay.port}`;
      const process = await startGateway({ REGISTRATION_KEY: registrationKey, REDIS_URL: url, ...environment });
      const gateway: SharedGateway = {
        process,
        registry: createRegistryClient(process),
        relay,
        get: (path) => callGateway(`${process.url}/api/v1${path}`),
        async kill() {
          process.process.kill("SIGKILL");
          await process.process.exited;
        },
      };
      gateways.push(gateway);
      return gateway;
    },
    async instance(name, host) {
      const instance = await startInstance(name, host);
      instances.push(instance);
      return instance;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...gateways, ...instances].map((one) => one.kill()));
      for (const { relay } of gateways) relay.close();
      await redis.stop();
    },
  };
}

/** Two gateways: the first one leads. */
export async function openPair(environment: Record<string, string> = {}) {
  const scene = await openSharedScene();
  const first = await scene.gateway(environment);
  const second = await scene.gateway(environment);
  return { scene, first, second, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

/** A registration of this instance, at `/api/v1/<key>`, without policies that would get into the way of load. */
export function bodyOf(key: string, { host, port }: { readonly host: string; readonly port: number }, more: Sent = {}) {
  const routes = [{ path_prefix: `/api/v1/${key}`, auth_required: false, rate_limit: false, circuit_breaker: false }];
  return { service_name: `${key}_service`, host, port, check_interval: 1, routes, ...more };
}

/** Somebody on the same Redis who is no gateway and writes into the registry's tables what he likes. */
export async function openStranger({ redis }: SharedScene) {
  const { store } = newStore({ redisUrl: redis.url });
  const [instances, health, documents] = [store.table("instances"), store.table("health"), store.table("documents")];
  await store.open();
  return { instances, health, documents, members: store.members, [Symbol.asyncDispose]: () => store.close() };
}
