import { writeSettings } from "../support/config-file.ts";
import { type Answer, toAnswer } from "../support/auth-scene.ts";
import { startGateway } from "../support/gateway.ts";
import { type InProcessLine, routeSetting, startInProcess } from "../support/in-process.ts";

/** A gateway with a directory of plugins, in front of a service that says `ok`, at `/slow` after a while. */
export interface Scene extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly lines: readonly InProcessLine[];
  get(path: string): Promise<Answer>;
  close(): Promise<void>;
}

const open = { auth_required: false, circuit_breaker: false, retries: 0 };
const shop = { ...open, service: "shop_service", path_prefix: "/shop" };
const gone = { ...open, service: "gone_service", path_prefix: "/gone" };

type Start = (
  environment: Record<string, string>,
  directory: string,
) => ReturnType<typeof startInProcess | typeof startGateway>;

const starts: readonly (readonly [name: string, start: Start])[] = [
  [
    "the executable",
    (environment, directory) =>
      startGateway(environment, ["--plugins", directory, "--config", writeSettings({ routes: [shop, gone] })]),
  ],
  [
    "the source",
    (environment, pluginsDir) =>
      startInProcess({ environment, pluginsDir, routes: [routeSetting(shop), routeSetting(gone)] }),
  ],
];

/** For `describe.each`. */
export const scenes = starts.map(
  ([name, start]) => [name, (directory: string) => openScene(start, directory)] as const,
);

async function openScene(start: Start, directory: string): Promise<Scene> {
  const service = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch({ url }) {
      if (url.endsWith("/slow")) await Bun.sleep(300);
      return new Response("ok");
    },
  });
  const environment = {
    DEBUG: "true",
    SHOP_SERVICE_URL: service.url.origin,
    GONE_SERVICE_URL: "http://127.0.0.1:9",
  };
  const gateway = await start(environment, directory);
  const close = async (): Promise<void> => {
    await gateway.stop();
    await service.stop(true);
  };
  return {
    url: gateway.url,
    pid: "pid" in gateway ? gateway.pid : process.pid,
    lines: gateway.lines,
    get: async (path) => toAnswer(await fetch(gateway.url + path)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
