/** A name or value that a document chose, as a literal: whatever it holds, it stays inside its quotes. */
export function literal(value: string | number | boolean | null): string {
  return JSON.stringify(value);
}

export interface Property {
  readonly name: string;
  readonly type: string;
  readonly isOptional?: boolean;
  /** What is shown to whoever hovers over it. */
  readonly comment?: string;
}

export function objectType(properties: readonly Property[]): string {
  if (properties.length === 0) return "{}";
  const lines = properties.map(
    ({ name, type, isOptional = false, comment = "" }) =>
      `${commentLine(comment)}${literal(name)}${isOptional ? "?" : ""}: ${type};`,
  );
  return `{\n${indent(lines.join("\n"))}\n}`;
}

export function unionType(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.includes("unknown")) return "unknown";
  return different.length === 0 ? "never" : parenthesized(different, " | ");
}

export function intersectionType(types: readonly string[]): string {
  const different = [...new Set(types)].filter((type) => type !== "unknown");
  return different.length === 0 ? "unknown" : parenthesized(different, " & ");
}

function parenthesized(types: readonly string[], operator: string): string {
  return types.length === 1 ? types.join("") : `(${types.join(operator)})`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** One line, which nothing in it can end. */
function commentLine(text: string): string {
  const line = text
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .replaceAll("*/", "* /")
    .trim()
    .slice(0, 200);
  return line === "" ? "" : `/** ${line} */\n`;
}
