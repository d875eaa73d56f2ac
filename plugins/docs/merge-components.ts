import { Names } from "./merge-names.ts";
import { nameIn } from "./merge-reference.ts";
import { type Clean, type Referred, type References, type Section, sections } from "./merge-shape.ts";
import { type Json, type JsonObject, isObject, own } from "./merge-tame.ts";

/** References to references that are followed before it looks like a circle. */
const maxHops = 8;

/** Characters of a name that are kept: a short reference can lead to a long name, many times. */
const maxNameLength = 128;

interface Component {
  readonly section: Section;
  readonly name: string;
  readonly raw: Json;
  value: Json | undefined;
}

export interface ComponentsOptions {
  readonly service: string;
  /** The document's `components`. */
  readonly raw: Json | undefined;
  readonly cleaners: Readonly<Record<Section, Clean>>;
  /** The ids of operations that callers can reach. */
  readonly operations: ReadonlySet<string>;
}

/** The components of one service, those that something refers to, as `<service>_<name>`. */
export class Components implements References {
  readonly #options: ComponentsOptions;
  readonly #names = new Map(sections.map((section) => [section, new Names()]));
  readonly #found = new Map<string, Component>();
  /** Schemas whose insides have not been looked at. They may refer to each other in circles and in long chains. */
  readonly #schemas: Component[] = [];

  constructor(options: ComponentsOptions) {
    this.#options = options;
  }

  find(section: Section, ref: Json): Referred | undefined {
    const target = this.#follow(section, ref);
    if (target === undefined) return undefined;
    const key = `${section}/${target.name}`;
    const component = this.#found.get(key) ?? this.#add(key, section, target);
    if (section !== "schemas" && component.value === undefined) return undefined;
    return { ref: `#/components/${section}/${component.name}`, value: component.value };
  }

  operation(id: Json): string | undefined {
    const { service, operations } = this.#options;
    return typeof id === "string" && operations.has(id) ? `${service}_${id}` : undefined;
  }

  /** All that was found, once nobody else will ask. */
  finish(): Readonly<Record<Section, JsonObject>> {
    for (let next = this.#schemas.pop(); next !== undefined; next = this.#schemas.pop()) {
      next.value = this.#options.cleaners.schemas(next.raw, this) ?? {};
    }
    const components = [...this.#found.values()].filter(({ value }) => value !== undefined);
    const of = (section: Section): JsonObject =>
      Object.fromEntries(components.filter((one) => one.section === section).map((one) => [one.name, one.value ?? {}]));
    return Object.fromEntries(sections.map((section) => [section, of(section)])) as Record<Section, JsonObject>;
  }

  #add(key: string, section: Section, { name, raw }: { name: string; raw: Json }): Component {
    const { service, cleaners } = this.#options;
    const wanted = `${service}_${name.slice(0, maxNameLength).replaceAll(/[^A-Za-z0-9._-]/g, "_")}`;
    const given = this.#names.get(section)?.take(wanted) ?? wanted;
    const component: Component = { section, name: given, raw, value: undefined };
    this.#found.set(key, component);
    if (section === "schemas") this.#schemas.push(component);
    else component.value = cleaners[section](raw, this);
    return component;
  }

  /** What a reference leads to in the end. A schema may be a reference; everything else is looked up behind it. */
  #follow(section: Section, ref: Json): { name: string; raw: Json } | undefined {
    const all = own(this.#options.raw, section);
    let next: Json | undefined = ref;
    for (let hops = 0; hops < maxHops; hops += 1) {
      const name = nameIn(section, next);
      const raw = name === undefined ? undefined : own(all, name);
      if (name === undefined || raw === undefined) return undefined;
      if (section === "schemas") return isObject(raw) || typeof raw === "boolean" ? { name, raw } : undefined;
      next = own(raw, "$ref");
      if (next === undefined) return { name, raw };
    }
    return undefined;
  }
}
