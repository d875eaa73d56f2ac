import { routeMethods } from "@isaas/gateway-sdk/contract";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { loadSettings } from "../config/load.ts";
import { describeValue, SettingsError } from "../config/problem.ts";
import { findAllPlugins } from "./all-plugins.ts";
import { askGateway, ownToken, type Reply } from "./ask.ts";
import { type CommandContext, settingSources } from "./context.ts";
import { formatExplanation, formatRefusal, isExplanation } from "./format-explanation.ts";
import { parseGatewayUrl } from "./gateway-url.ts";
import { createIdleGateway } from "./idle-gateway.ts";

interface Question {
  readonly method: string;
  readonly path: string;
}

/** Prints what a request would meet: from the settings, or from a running gateway with --url. */
export async function explain(context: CommandContext): Promise<number> {
  const { positionals, flags } = context.arguments;
  const question = parseQuestion(positionals);
  const reply =
    flags.url === undefined
      ? await askSettings(context, question)
      : await askRunning(context, parseGatewayUrl(flags.url), question);
  if ("failure" in reply) {
    context.printError(`the gateway could not be asked: ${reply.failure}`);
    return 1;
  }
  if (reply.status === 200 && isExplanation(reply.body)) {
    context.print(formatExplanation(reply.body));
    return reply.body.outcome === "route" || reply.body.outcome === "endpoint" ? 0 : 1;
  }
  context.printError(formatRefusal(reply.status, reply.body));
  return 1;
}

function parseQuestion(positionals: readonly string[]): Question {
  const [method = "", target] = positionals.length === 1 ? ["GET", positionals[0]] : positionals;
  const refuse = (path: string, wanted: string, got: string): never => {
    throw new SettingsError([{ path, wanted, got, source: "command line" }]);
  };
  if (positionals.length > 2) refuse("arguments", "[METHOD] PATH", `${positionals.length}`);
  const known = routeMethods.find((name) => name === method.toUpperCase());
  if (target === undefined || !target.startsWith("/"))
    return refuse("PATH", "a path that starts with /", describeValue(target));
  if (known === undefined) return refuse("METHOD", `one of ${routeMethods.join(", ")}`, describeValue(method));
  // A query may hold a token, and no route depends on it.
  return { method: known, path: target.split("?", 1)[0] ?? "" };
}

async function askSettings(context: CommandContext, { method, path }: Question): Promise<Reply> {
  const all = await findAllPlugins(context);
  const settings = loadSettings(settingSources(context), all.plugins, all.problems);
  const gateway = await createIdleGateway(context, settings, all);
  try {
    return { status: 200, body: gateway.explain(method, path) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { code, message, details } = error;
    return { status: error.status, body: { error: { code, message, details } } };
  } finally {
    await gateway.close();
  }
}

function askRunning(context: CommandContext, gateway: URL, { method, path }: Question): Promise<Reply> {
  const target = new URL(`/explain?${new URLSearchParams({ method, path })}`, gateway);
  return askGateway(target, 5000, ownToken(context.environment));
}
