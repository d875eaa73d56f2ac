import type { Host, Log } from "@isaas/gateway-sdk/plugin";
import { readAtMost } from "@isaas/gateway-sdk/read-at-most";
import { isDescription, mostDescriptionBytes } from "@isaas/gateway-sdk/registration";
import type { Table } from "@isaas/gateway-sdk/store";
import { toAuthority, toUrl } from "./addresses.ts";
import type { InstanceRecord } from "./record.ts";

const fetchTimeoutMs = 5000;

export interface DocumentsOptions {
  readonly host: Pick<Host, "fetch">;
  readonly table: Table;
  readonly log: Log;
  /** Called with services whose document changed. */
  readonly onChange: (services: readonly string[]) => void;
}

/** How services describe themselves (OpenAPI): one document each, sent with a registration or read from an instance. */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #parsed = new Map<string, object>();
  /** Records whose instance was asked already. */
  readonly #asked = new WeakSet<InstanceRecord>();

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  start(): void {
    const { table, onChange } = this.#options;
    const read = (services: readonly string[]): void => {
      for (const service of services) this.#read(service);
      if (services.length > 0) onChange(services);
    };
    table.onChange((keys) => read([...keys]));
    read([...table.entries.keys()]);
  }

  of(service: string): object | undefined {
    return this.#parsed.get(service);
  }

  /** Keeps what a service sent. While the store is away it is lost: a document is no reason to refuse an instance. */
  async keep(service: string, document: object): Promise<void> {
    const { table } = this.#options;
    const text = JSON.stringify(document);
    if (table.entries.get(service) !== text) await table.put(new Map([[service, text]])).catch(() => {});
  }

  async forget(service: string): Promise<void> {
    const { table } = this.#options;
    if (table.entries.has(service)) await table.put(new Map([[service, undefined]])).catch(() => {});
  }

  /** Asks a healthy instance for the document it named, once for each registration. The address was just checked. */
  async ask(record: InstanceRecord, address: string): Promise<void> {
    const { service_name: service, host, port, openapi: path } = record;
    if (path === undefined || this.#asked.has(record)) return;
    this.#asked.add(record);
    try {
      const response = await this.#options.host.fetch(toUrl(address, port) + path, {
        headers: { host: toAuthority(host, port), accept: "application/json" },
        signal: AbortSignal.timeout(fetchTimeoutMs),
      });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const document: unknown = JSON.parse(await readAtMost(response, mostDescriptionBytes));
      if (typeof document !== "object" || document === null || !isDescription(document)) {
        throw new Error("no OpenAPI document");
      }
      await this.keep(service, document);
    } catch (error) {
      const reason = error instanceof Error && !(error instanceof SyntaxError) ? error.message : "no JSON";
      this.#options.log.warn(
        { service, instance: record.instance_id, reason },
        "a service's OpenAPI document is not to be had",
      );
    }
  }

  #read(service: string): void {
    const text = this.#options.table.entries.get(service);
    try {
      const document: unknown = text === undefined ? undefined : JSON.parse(text);
      if (typeof document === "object" && document !== null && isDescription(document)) {
        this.#parsed.set(service, document);
        return;
      }
    } catch {
      // Somebody else wrote it: as good as none.
    }
    this.#parsed.delete(service);
  }
}
