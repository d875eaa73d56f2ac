import { readSettings } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import type { Gateway } from "../gateway.ts";
import { findAllPlugins } from "./all-plugins.ts";
import { type CommandContext, settingSources } from "./context.ts";
import { createIdleGateway } from "./idle-gateway.ts";

/** Says whether the gateway would start with these settings. Problems travel as a SettingsError. */
export async function check(context: CommandContext): Promise<number> {
  const all = await findAllPlugins(context);
  const read = readSettings(settingSources(context), all.plugins);
  const { settings } = read;
  const problems = [...all.problems, ...read.problems];
  // With one of these at its default instead, routes would seem to collide that do not.
  if (problems.some(({ path }) => /^(config|routes|api_v1_prefix)\b/.test(path))) throw new SettingsError(problems);
  const gateway = await createIdleGateway(context, settings, all).catch((error: unknown) => {
    throw error instanceof SettingsError ? new SettingsError([...problems, ...error.problems]) : error;
  });
  await gateway.close();
  if (problems.length > 0) throw new SettingsError(problems);

  const followed = new Set(settings.services.filter(({ names }) => names.length > 0).map(({ name }) => name));
  for (const service of servicesWithoutInstance(gateway)) {
    if (followed.has(service)) continue;
    context.print(`note: no URL is set for ${service}: until an instance registers, its routes answer 503`);
  }
  context.print(`settings are good (static services: ${settings.services.length}, routes: ${gateway.routes.length})`);
  return 0;
}

/** No mistake, but what a misspelt service name looks like. */
function servicesWithoutInstance({ routes }: Gateway): ReadonlySet<string> {
  return new Set(routes.filter(({ target }) => target.instances.length === 0).map(({ service }) => service));
}
