import { readSettings } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import { askGateway } from "./ask.ts";
import { type CommandContext, settingSources } from "./context.ts";
import { parseGatewayUrl } from "./gateway-url.ts";

/** Exit code 0 when the gateway is ready: for a container's HEALTHCHECK, which has no curl. */
export async function health(context: CommandContext): Promise<number> {
  const { url } = context.arguments.flags;
  const base = url === undefined ? ownUrl(context) : parseGatewayUrl(url);
  const reply = await askGateway(new URL("/health/ready", base), 3000);
  if ("status" in reply && reply.status === 200) {
    context.print("ready");
    return 0;
  }
  context.printError(`not ready: ${"failure" in reply ? reply.failure : describeAnswer(reply.status, reply.body)}`);
  return 1;
}

function describeAnswer(status: number, body: unknown): string {
  const missing: unknown = Object(body)["missing"];
  const names = Array.isArray(missing)
    ? missing.filter((name) => typeof name === "string" && /^[\w -]+$/.test(name))
    : [];
  return names.length === 0 ? `it answers ${status}` : `it answers ${status}, for ${names.join(", ")}`;
}

/** Where the gateway with these settings listens, as seen from the same machine. */
function ownUrl(context: CommandContext): URL {
  const { settings, problems } = readSettings(settingSources(context), context.plugins);
  // Keys of plugins are unknown here, whose code need not run for this.
  const relevant = problems.filter(({ path }) => ["config", "host", "port"].includes(path));
  if (relevant.length > 0) throw new SettingsError(relevant);
  const { host, port } = settings;
  const address = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return new URL(`http://${address}:${port}`);
}
