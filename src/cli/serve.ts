import { systemClock } from "../clock.ts";
import { loadSettings } from "../config/load.ts";
import { createGateway } from "../gateway.ts";
import { describeError } from "../observe/describe-error.ts";
import { createLog } from "../observe/logger.ts";
import type { FolderWatch } from "../plugins-dir/folder-watch.ts";
import { findAllPlugins } from "./all-plugins.ts";
import { type CommandContext, settingSources } from "./context.ts";
import { describeListenFailure } from "./listen-failure.ts";
import { watchPlugins } from "./watch-plugins.ts";

/** Runs the gateway until a signal; resolves with the exit code when everything is closed. */
export async function serve(context: CommandContext): Promise<number> {
  const { plugins, version } = context;
  const all = await findAllPlugins(context);
  const settings = loadSettings(settingSources(context), all.plugins, all.problems);
  const log = createLog({
    level: settings.logLevel,
    format: settings.logFormat ?? (context.isTerminal ? "pretty" : "json"),
  });
  // One stray error, of a plugin for instance, must not end everybody's requests.
  context.onFault((error) => log.error({ err: describeError(error) }, "an error that nobody caught"));
  try {
    const gateway = await createGateway({ settings, plugins, guests: all.guests, log, clock: systemClock, version });
    let watch: FolderWatch | undefined;
    context.onReload(async () => {
      await watch?.look();
      await gateway.reload();
    });
    const stopped = new Promise<void>((resolve) => {
      let draining = false;
      context.onSignal((signal) => {
        if (draining) {
          log.warn({ signal }, "second signal: ending at once");
          log.flush();
          context.exit(1);
        }
        draining = true;
        watch?.close();
        log.info({ signal, drain_seconds: settings.drainMs / 1000 }, "draining");
        resolve(gateway.drain());
      });
    });
    const { url, port } = await gateway.listen().catch(async (error: unknown) => {
      await gateway.close();
      throw describeListenFailure(error, settings.host, settings.port);
    });
    watch = await watchPlugins(context, gateway, all);
    log.info({ url, port, version, routes: gateway.routes.length }, "listening");
    await stopped;
    log.info({}, "stopped");
    return 0;
  } finally {
    log.flush();
  }
}
