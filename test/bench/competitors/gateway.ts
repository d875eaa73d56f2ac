import { existsSync } from "node:fs";
import { join } from "node:path";
import { secretKey } from "../../support/open-routes.ts";
import type { Competitor, LaunchPlace } from "../scenario.ts";

const repository = join(import.meta.dir, "../../..");
const executable = join(repository, "dist/gateway");

export const gatewayWithEmptyChain: Competitor = {
  name: "gateway (empty chain)",
  launch: async (place) => ({
    command: [await builtExecutable()],
    environment: await gatewayEnvironment(place, "warn"),
  }),
};

export const gatewayWithAccessLog: Competitor = {
  name: "gateway (access log)",
  launch: async (place) => ({
    command: [await builtExecutable()],
    environment: await gatewayEnvironment(place, "info"),
    output: "discard",
  }),
};

/** One open route: what the plugins that guard others cost is measured elsewhere. */
async function gatewayEnvironment(place: LaunchPlace, logLevel: string): Promise<Record<string, string>> {
  const { port, upstreamPort, folder } = place;
  const config = join(folder, "gateway.json");
  const route = { service: "context_service", path_prefix: "/api/v1/context", auth_required: false, rate_limit: false };
  await Bun.write(config, JSON.stringify({ routes: [route] }));
  return {
    CONFIG: config,
    SECRET_KEY: secretKey,
    HOST: "127.0.0.1",
    // Not 0: the line that tells the port is an info line, which one row leaves out and the other throws away.
    PORT: String(port),
    CONTEXT_SERVICE_URL: `http://127.0.0.1:${upstreamPort}`,
    LOG_LEVEL: logLevel,
    LOG_FORMAT: "json",
  };
}

export async function builtExecutable(): Promise<string> {
  if (existsSync(executable)) return executable;
  const build = Bun.spawn([process.execPath, "run", "build"], { cwd: repository, stdout: 2, stderr: 2 });
  if ((await build.exited) !== 0) throw new Error("dist/gateway is missing and `bun run build` failed");
  return executable;
}
