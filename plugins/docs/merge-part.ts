import { withoutNames } from "./merge-template.ts";

/** What goes into the merged document from one side, already as JSON: joining a thousand of them takes no time. */
export interface Part {
  /** The entries of `tags`. */
  readonly tags: string;
  /** The entries of `paths`. */
  readonly paths: string;
  /** The entries of each section of `components`. */
  readonly components: ReadonlyMap<string, string>;
  /** Whatever must be there once: paths, operation ids, names of components. */
  readonly claims: readonly string[];
  /** Characters of JSON. */
  readonly size: number;
}

export interface PartContent {
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: Readonly<Record<string, object>>;
}

export function toPart({ tags, paths, components }: PartContent): Part {
  const sections = Object.entries(components).map(([section, entries]) => [section, entriesOf(entries)] as const);
  const parts = { tags: JSON.stringify(tags).slice(1, -1), paths: entriesOf(paths) };
  return {
    ...parts,
    components: new Map(sections),
    claims: [
      ...Object.keys(paths).map(withoutNames),
      ...Object.values(paths).flatMap((item) => Object.values(item).flatMap(idOf)),
      ...Object.entries(components).flatMap(([section, all]) => Object.keys(all).map((name) => `${section}: ${name}`)),
    ],
    size: [...sections.map(([, entries]) => entries), parts.tags, parts.paths].join().length,
  };
}

/** An object's JSON without its braces. */
function entriesOf(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

function idOf(operation: object): string[] {
  return "operationId" in operation ? [`operation: ${String(operation.operationId)}`] : [];
}
