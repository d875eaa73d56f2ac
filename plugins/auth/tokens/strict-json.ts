/**
 * Reads a JSON object. Throws a SyntaxError for anything else, and for a key that stands twice in one object: two
 * readers could believe different halves of it (RFC 8725 section 2.4).
 */
export function parseStrictObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SyntaxError("no object");
  if (hasTwins(text)) throw new SyntaxError("a key stands twice");
  return value as Record<string, unknown>;
}

const marks = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}:]/g;

/** Asked of well-formed JSON alone, where a colon outside of a string follows a key, and a key belongs to the last open brace. */
function hasTwins(json: string): boolean {
  const open: Set<unknown>[] = [];
  let last = "";
  for (const [mark] of json.matchAll(marks)) {
    if (mark === "{") open.push(new Set());
    else if (mark === "}") open.pop();
    else if (mark === ":") {
      // Unescaped first: "\u0061" and "a" are the same key.
      const key: unknown = JSON.parse(last);
      const keys = open.at(-1);
      if (keys?.has(key) === true) return true;
      keys?.add(key);
    } else last = mark;
  }
  return false;
}
