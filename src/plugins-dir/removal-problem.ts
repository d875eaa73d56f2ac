import type { SettingProblem } from "../config/problem.ts";
import type { RoutePlan } from "../routing/route.ts";
import type { Guest } from "./guest.ts";

/** Why a plugin cannot go: without it something would be open that is asked to be guarded. */
export function removalProblem({ plugin, file }: Guest, routes: readonly RoutePlan[]): SettingProblem | undefined {
  const problem = (got: string): SettingProblem => ({
    path: `plugin ${file.label}`,
    wanted: "a plugin that nobody relies on to be removed; a restart removes others",
    got,
    source: file.path,
  });
  const route = routes.find(({ plugins }) => Object.hasOwn(plugins, plugin.name));
  if (route !== undefined) return problem(`one that the route ${route.pathPrefix} names`);
  if (plugin.stage === "identity") return problem("one that says who is calling");
  const [policy] = plugin.enforces ?? [];
  return policy === undefined ? undefined : problem(`one that enforces ${policy}`);
}
