/** A table; `bun fmt` aligns it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`).join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function codes(texts: readonly string[]): string {
  return texts.map(code).join(", ");
}

/** Puts each part in the place of its comment. Throws when one of the two is missing. */
export function fillTemplate(template: string, parts: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const filled = template.replaceAll(/<!-- ([a-z-]+) -->/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`the template wants "${name}", which nobody makes`);
    used.add(name);
    return part;
  });
  const left = Object.keys(parts).filter((name) => !used.has(name));
  if (left.length > 0) throw new Error(`the template has no place for ${left.join(", ")}`);
  return filled;
}
