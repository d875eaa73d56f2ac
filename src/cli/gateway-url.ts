import { readSettings } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import { type CommandContext, settingSources } from "./context.ts";

/** The gateway of --url, else the one that listens where the settings say. */
export function wantedGateway(context: CommandContext): URL {
  const { url } = context.arguments.flags;
  return url === undefined ? ownUrl(context) : parseGatewayUrl(url);
}

/** Where a running gateway answers. Throws a SettingsError that does not repeat the text: it may hold credentials. */
export function parseGatewayUrl(text: string): URL {
  const url = URL.parse(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (url !== null && isWeb && url.username === "" && url.password === "") return url;
  const wanted = "the URL of a gateway, such as http://localhost:8000";
  throw new SettingsError([{ path: "--url", wanted, got: "something else", source: "command line" }]);
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
