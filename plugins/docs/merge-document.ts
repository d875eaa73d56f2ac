import { setImmediate } from "node:timers/promises";
import type { Log } from "@isaas/gateway-sdk/plugin";
import type { DescribedService } from "@isaas/gateway-sdk/services";
import type { OpenApiDocument } from "./mend.ts";
import { type Part, toPart } from "./merge-part.ts";
import { mergeService } from "./merge-service.ts";

/** Characters of JSON after which no further service is read. Ten thousand operations of the usual size have half of it. */
const maxSize = 32 * 1024 * 1024;

interface Merged {
  readonly document: object;
  /** All else that the part was made of. */
  readonly madeOf: string;
  readonly part: Part | undefined;
}

/** The documents of the live services beside the gateway's own. Each is read once, as long as nothing changes. */
export class DocumentMerger {
  readonly #log: Log;
  readonly #merged = new Map<string, Merged>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The merged document as JSON. A service that would take names from an earlier one is left out. */
  async merge(own: OpenApiDocument, services: readonly DescribedService[]): Promise<string> {
    const { paths, components = {}, tags = [], ...head } = own;
    const ours = toPart({ tags, paths, components });
    const parts = [ours];
    const taken = new Set(ours.claims);
    const deeper = findDeeper(services);
    const read = new Set<string>();
    let size = 0;
    for (const service of services) {
      const isFull = size > maxSize;
      if (!isFull) read.add(service.name);
      const part = isFull ? undefined : await this.#partOf(service, deeper.get(service.name) ?? []);
      size += part?.size ?? 0;
      if (part === undefined || part.claims.some((claim) => taken.has(claim))) {
        this.#log.debug({ service: service.name }, "left a service out of the OpenAPI document");
        continue;
      }
      for (const claim of part.claims) taken.add(claim);
      parts.push(part);
    }
    for (const name of this.#merged.keys()) if (!read.has(name)) this.#merged.delete(name);
    return `${JSON.stringify(head).slice(0, -1)},${join(parts)}}`;
  }

  async #partOf(service: DescribedService, deeper: readonly string[]): Promise<Part | undefined> {
    const { name, document, routes } = service;
    const madeOf = JSON.stringify([routes, deeper]);
    const known = this.#merged.get(name);
    if (known?.document === document && known.madeOf === madeOf) return known.part;
    const part = this.#read(service, deeper);
    this.#merged.set(name, { document, madeOf, part });
    // A thousand documents at once would keep every request waiting.
    await setImmediate();
    return part;
  }

  /** Nothing that a service says of itself may take the page from all the others. */
  #read(service: DescribedService, deeper: readonly string[]): Part | undefined {
    try {
      return mergeService(service, deeper);
    } catch (error) {
      this.#log.warn({ service: service.name, err: error }, "cannot read the OpenAPI document of a service");
      return undefined;
    }
  }
}

/** By service, the prefixes of others that lie below its own: what is there is not its. */
function findDeeper(services: readonly DescribedService[]): Map<string, string[]> {
  const owners = new Map<string, string>();
  for (const { name, routes } of services) for (const { path_prefix } of routes) owners.set(path_prefix, name);
  const deeper = new Map<string, string[]>();
  for (const [prefix, name] of owners) {
    for (let end = prefix.lastIndexOf("/"); end > 0; end = prefix.lastIndexOf("/", end - 1)) {
      const owner = owners.get(prefix.slice(0, end));
      if (owner === undefined || owner === name) continue;
      const found = deeper.get(owner);
      if (found === undefined) deeper.set(owner, [prefix]);
      else found.push(prefix);
    }
  }
  return deeper;
}

function join(parts: readonly Part[]): string {
  const joined = (pieces: readonly string[]): string => pieces.filter((piece) => piece !== "").join(",");
  const sections = new Set(parts.flatMap(({ components }) => [...components.keys()]));
  const components = [...sections].map(
    (section) => `${JSON.stringify(section)}:{${joined(parts.map((part) => part.components.get(section) ?? ""))}}`,
  );
  const tags = joined(parts.map((part) => part.tags));
  const paths = joined(parts.map((part) => part.paths));
  return `"tags":[${tags}],"paths":{${paths}},"components":{${components.join(",")}}`;
}
