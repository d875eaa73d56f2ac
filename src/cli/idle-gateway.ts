import { systemClock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import { createGateway, type Gateway } from "../gateway.ts";
import { createLog } from "../observe/logger.ts";
import type { AllPlugins } from "./all-plugins.ts";
import type { CommandContext } from "./context.ts";

/** A gateway that is put together but never listens: for commands that only look at it. */
export function createIdleGateway(
  { plugins, version }: CommandContext,
  settings: Settings,
  { guests }: AllPlugins,
): Promise<Gateway> {
  const log = createLog({ level: "error", format: "json", descriptor: 2 });
  return createGateway({ settings, plugins, guests, log, clock: systemClock, version });
}
