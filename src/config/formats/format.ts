/** A settings file's content, as one of its formats reads it. */
export interface Parsed {
  readonly value: unknown;
  /** The line on which a value, or the nearest one around it, stands. */
  lineOf(keys: readonly string[]): number | undefined;
}

export type Format = (text: string) => Parsed;

/** A mistake of form. Its reason quotes nothing that the file says: a secret may stand there. */
export class FormatError extends SyntaxError {
  readonly line: number | undefined;
  readonly reason: string;

  constructor(line: number | undefined, reason: string) {
    super(reason);
    this.line = line;
    this.reason = reason;
  }
}

/** A parser's message up to the first thing it quotes that is longer than a punctuation mark. */
export function withoutQuotes(message: string): string {
  return message.replace(/(["'`])[^\w\s]\1|["'`].*/gs, (quoted, quote?: string) =>
    quote === undefined ? "..." : quoted,
  );
}
