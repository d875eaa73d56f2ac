import type { Log } from "@isaas/gateway-sdk/plugin";

export interface LogLine {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps what it is told. */
export interface ListeningLog extends Log {
  readonly lines: readonly LogLine[];
  /** The messages of one level. */
  of(level: LogLine["level"]): readonly string[];
}

export function listeningLog(): ListeningLog {
  const lines: LogLine[] = [];
  const write = (level: LogLine["level"]) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  return {
    lines,
    of: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}
