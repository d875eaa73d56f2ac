import type { Log } from "@isaas/gateway-sdk/plugin";
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { LogSink } from "./log-sink.ts";

export interface LogOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly format: "json" | "pretty";
  /** File descriptor; 1 is the standard output. */
  readonly descriptor?: number;
}

export interface RootLog extends Log {
  /** True when lines of this level are written; spares making them when not. */
  isLevelEnabled(level: string): boolean;
  child(fields: object): Log;
  /** Writes what is buffered; for the end of the process. */
  flush(): void;
}

/** pino over a buffering sink of ours: its own transports need worker threads, which a compiled executable lacks. */
export function createLog(options: LogOptions): RootLog {
  const sink = new LogSink(options.descriptor ?? 1);
  const pretty = prettyFactory({ colorize: true, translateTime: "SYS:HH:MM:ss.l", ignore: "pid,hostname" });
  const stream = options.format === "pretty" ? { write: (line: string) => sink.write(pretty(line)) } : sink;
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return Object.assign(logger, { flush: () => sink.flush() }) as unknown as RootLog;
}
