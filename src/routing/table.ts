import type { RouteMethod } from "@isaas/gateway-sdk/contract";

/** What answers at a prefix. `methods` undefined: every method (an endpoint of the gateway decides itself). */
export interface Entry {
  readonly pathPrefix: string;
  readonly methods: readonly RouteMethod[] | undefined;
}

interface Node<T extends Entry> {
  readonly children: Map<string, Node<T>>;
  /** What serves each method here; empty at a segment that is only on the way to others. */
  readonly byMethod: Map<string, T>;
}

/** `allow`, when nothing was found: the methods that are served at the path, undefined when none is. */
export type Match<T> =
  | { readonly entry: T; readonly allow?: undefined }
  | { readonly entry?: undefined; readonly allow: readonly string[] | undefined };

const everyMethod = "*";
const nothing: Match<never> = { allow: undefined };

/**
 * Finds what answers a path: the longest prefix at a segment boundary, then the method.
 * A trie of segments: matching costs the depth of the path at most, whatever the number of routes.
 */
export class RouteTable<T extends Entry> {
  readonly #root: Node<T> = createNode();

  /** Throws a RangeError when one of the methods is served at the same prefix already. */
  add(entry: T): void {
    let node = this.#root;
    for (const segment of segmentsOf(entry.pathPrefix)) {
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, (child = createNode()));
      node = child;
    }
    const { byMethod } = node;
    const methods = expandMethods(entry);
    const all = byMethod.has(everyMethod) || (methods.includes(everyMethod) && byMethod.size > 0);
    const taken = all ? "answer to every method" : methods.filter((method) => byMethod.has(method)).join(", ");
    if (taken !== "") throw new RangeError(`a second ${taken} at ${entry.pathPrefix}`);
    for (const method of methods) byMethod.set(method, entry);
  }

  /** Takes out what `add` put in; nothing of it stays. */
  remove(entry: T): void {
    const segments = segmentsOf(entry.pathPrefix);
    const way = [this.#root];
    for (const segment of segments) {
      const child = way.at(-1)?.children.get(segment);
      if (child === undefined) return;
      way.push(child);
    }
    const byMethod = way.at(-1)?.byMethod;
    for (const method of expandMethods(entry)) if (byMethod?.get(method) === entry) byMethod.delete(method);
    for (let depth = segments.length; depth > 0; depth -= 1) {
      const node = way[depth];
      if (node === undefined || node.byMethod.size > 0 || node.children.size > 0) return;
      way[depth - 1]?.children.delete(segments[depth - 1] ?? "");
    }
  }

  /** `method` is an HTTP method, or WEBSOCKET for an upgrade. */
  match(method: string, path: string): Match<T> {
    let node = this.#root;
    let found = node;
    for (let start = 1; start <= path.length;) {
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      const child = node.children.get(path.slice(start, end));
      if (child === undefined) break;
      node = child;
      if (node.byMethod.size > 0) found = node;
      start = end + 1;
    }
    const { byMethod } = found;
    if (byMethod.size === 0) return nothing;
    const entry = byMethod.get(method) ?? byMethod.get(everyMethod);
    return entry === undefined ? { allow: allowOf(byMethod) } : { entry };
  }
}

function createNode<T extends Entry>(): Node<T> {
  return { children: new Map(), byMethod: new Map() };
}

function segmentsOf(prefix: string): string[] {
  return prefix === "/" ? [] : prefix.slice(1).split("/");
}

function expandMethods({ methods }: Entry): readonly string[] {
  if (methods === undefined) return [everyMethod];
  return methods.flatMap((method) => (method === "GET" && !methods.includes("HEAD") ? ["GET", "HEAD"] : [method]));
}

/** WEBSOCKET is a word of ours, no method that a caller could send. */
function allowOf(byMethod: ReadonlyMap<string, unknown>): string[] {
  return [...byMethod.keys()].filter((method) => method !== "WEBSOCKET");
}
