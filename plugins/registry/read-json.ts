import { invalid } from "./parse-registration.ts";

/** Deeper than any document that people write, and far from where recursion ends. */
const mostDepth = 200;

/** The body of a request. Throws INVALID_REQUEST when it is not JSON, or nested so deep that nobody could walk it. */
export async function readJson(request: Request): Promise<unknown> {
  const value = parse(await request.text());
  if (isDeeperThan(mostDepth, value)) {
    throw invalid([{ path: "body", message: `wanted at most ${mostDepth} levels of JSON` }]);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: "body", message: "wanted well-formed JSON" }]);
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}
