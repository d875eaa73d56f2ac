/** A route key taken apart. */
export interface RoutePattern {
  readonly key: string;
  readonly method: string;
  /** A segment that starts with a colon is a parameter. */
  readonly segments: readonly string[];
}

/** Throws a TypeError on what is no route key. */
export function parseRouteKey(key: string): RoutePattern {
  const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) \/(\S*)$/.exec(key) ?? [];
  const segments = path === undefined || path === "" ? [] : path.split("/");
  if (method === undefined || segments.some((segment) => !/^(?::[A-Za-z_]\w*|[\w.~%!$&'()*+,;=@-]+)$/.test(segment)))
    throw new TypeError(
      `route ${JSON.stringify(key.slice(0, 80))}: wanted a method and a path, such as GET /bills/:id`,
    );
  return { key, method, segments };
}

/** The values of its parameters, still escaped; undefined: another path. */
export function matchSegments(
  { segments }: RoutePattern,
  path: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (segments.length !== path.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of segments.entries()) {
    const segment = path[index] ?? "";
    if (wanted.startsWith(":") && segment !== "") parameters[wanted.slice(1)] = segment;
    else if (wanted !== segment) return undefined;
  }
  return parameters;
}

/** Plain segments come before parameters, from left to right. */
export function bySpecificity(a: RoutePattern, b: RoutePattern): number {
  for (const [index, segment] of a.segments.entries()) {
    const order = Number(segment.startsWith(":")) - Number(b.segments[index]?.startsWith(":") ?? false);
    if (order !== 0) return order;
  }
  return 0;
}
