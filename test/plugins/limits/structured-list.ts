/** One item of a list, by RFC 9651: here always a string with whole numbers or strings as parameters. */
export interface ListItem {
  readonly value: string;
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** Reads a header as strictly as the RFC says; throws where it is not well-formed. */
export function parseStructuredList(header: string): ListItem[] {
  let rest = header;
  const take = (pattern: RegExp, wanted: string): string => {
    const found = new RegExp(`^(?:${pattern.source})`).exec(rest)?.[0];
    if (found === undefined) throw new TypeError(`wanted ${wanted} at ${JSON.stringify(rest)}`);
    rest = rest.slice(found.length);
    return found;
  };
  const text = (): string => take(/"(?:[ !#-[\]-~]|\\["\\])*"/, "a string").slice(1, -1);
  const items: ListItem[] = [];
  for (;;) {
    const value = text();
    const parameters: Record<string, number | string> = {};
    while (rest.startsWith(";")) {
      take(/; */, "a semicolon");
      const key = take(/[a-z*][a-z0-9_.*-]*/, "a key");
      take(/=/, "a value");
      parameters[key] = rest.startsWith('"') ? text() : Number(take(/-?\d{1,15}/, "an integer"));
    }
    items.push({ value, parameters });
    if (rest === "") return items;
    take(/[ \t]*,[ \t]*/, "a comma");
  }
}
