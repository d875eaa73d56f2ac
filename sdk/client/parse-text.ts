/**
 * The value that was written as text: Elysia sends numbers and booleans bare, and objects as JSON. A text that merely
 * looks like a number, such as `007` or one with more digits than a number keeps, stays a text.
 */
export function parseText(text: string): unknown {
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "null") return null;
  if (/^-?[\d.]/.test(text) && String(Number(text)) === text) return Number(text);
  if (!/^(?:\{[^]*\}|\[[^]*\])$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
