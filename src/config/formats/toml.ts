import { FormatError, type Parsed, withoutQuotes } from "./format.ts";

/** TOML 1.0. Its dates become text, as they are in YAML and JSON. */
export function parseToml(text: string): Parsed {
  const mistake = mistakeIn(text);
  if (mistake !== undefined) {
    throw new FormatError(lineOfMistake(text, mistake), withoutQuotes(mistake.replace("TOML Parse error: ", "")));
  }
  return { value: withDatesAsText(Bun.TOML.parse(text)), lineOf: () => undefined };
}

function mistakeIn(text: string): string | undefined {
  try {
    Bun.TOML.parse(text);
  } catch (cause) {
    return cause instanceof Error ? cause.message : "";
  }
  return undefined;
}

/** Bun's parser does not say where: it is on the last line of the shortest beginning with the same mistake. */
function lineOfMistake(text: string, mistake: string): number {
  const lines = text.split("\n");
  let [without, within] = [0, lines.length];
  while (within - without > 1) {
    const middle = (without + within) >> 1;
    if (mistakeIn(lines.slice(0, middle).join("\n")) === mistake) within = middle;
    else without = middle;
  }
  return within;
}

function withDatesAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDatesAsText);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDatesAsText(item)]));
}
