import { type Input, isMethod } from "./write-request.ts";

/** Makes the call that the path, the method and what they were given stand for. */
export type MakeCall = (path: readonly string[], method: string, input: Input) => unknown;

/** An object whose properties are segments of a path, and whose methods are calls. */
export function pathProxy(path: readonly string[], make: MakeCall): unknown {
  return new Proxy(() => {}, {
    // Whoever awaits it asks for `then`: it is no promise.
    get: (_, name) =>
      typeof name === "symbol" || name === "then" ? undefined : pathProxy([...path, encodeSegment(name)], make),
    apply(_, _this, input: Input) {
      const method = path.at(-1);
      if (isMethod(method)) return make(path.slice(0, -1), method, input);
      return pathProxy([...path, encodeSegment(parameterOf(input))], make);
    },
  });
}

function parameterOf([parameter]: Input): string {
  const values: unknown[] = Object.values(Object(parameter));
  const [value] = values;
  if (values.length === 1 && (typeof value === "string" || typeof value === "number")) return String(value);
  throw new TypeError("wanted one parameter of the path, such as ({ id: 1 }), or a method to call");
}

/** No value reaches beyond its segment. Dots alone cannot be sent: whoever reads a URL takes `%2e%2e` for `..`, too. */
export function encodeSegment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new RangeError("wanted a segment of a path: neither empty nor one or two dots");
  return encodeURIComponent(text).replaceAll("~", "%7E");
}
