import type { Property } from "./type-text.ts";
import { objectType } from "./type-text.ts";

/** Paths as a tree of segments, with the types of the methods at its leaves. */
export class RouteTree {
  readonly #children = new Map<string, RouteTree>();
  readonly #methods = new Map<string, { readonly type: string; readonly comment: string }>();
  #parameter: { readonly name: string; readonly tree: RouteTree } | undefined;

  get names(): readonly string[] {
    return [...this.#children.keys()];
  }

  child(name: string): RouteTree | undefined {
    return this.#children.get(name);
  }

  add(segments: readonly string[], method: string, type: string, comment: string): void {
    const [segment, ...rest] = segments;
    if (segment === undefined) this.#methods.set(method, { type, comment });
    else this.#below(segment).add(rest, method, type, comment);
  }

  toType(): string {
    const properties: Property[] = [
      ...[...this.#methods].map(([name, { type, comment }]) => ({ name, type, comment })),
      // Beside a method, a segment of the same name cannot be told from it.
      ...[...this.#children]
        .filter(([name]) => !this.#methods.has(name))
        .map(([name, tree]) => ({ name, type: tree.toType() })),
      ...(this.#parameter === undefined
        ? []
        : [{ name: `:${this.#parameter.name}`, type: this.#parameter.tree.toType() }]),
    ];
    return objectType(properties);
  }

  #below(segment: string): RouteTree {
    // A parameter has one name in each place: that of the path which came first.
    if (segment.includes("{")) {
      this.#parameter ??= { name: segment.replaceAll(/[{}]/g, "").replaceAll(/\W/g, "_"), tree: new RouteTree() };
      return this.#parameter.tree;
    }
    const known = this.#children.get(segment) ?? new RouteTree();
    this.#children.set(segment, known);
    return known;
  }
}
