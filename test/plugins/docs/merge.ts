import { expect } from "bun:test";
import type { DescribedService, WireRoute } from "@isaas/gateway-sdk/services";
import { Validator } from "@seriousme/openapi-schema-validator";
import { mendDocument } from "../../../plugins/docs/mend.ts";
import { DocumentMerger } from "../../../plugins/docs/merge-document.ts";

export interface MergedOperation {
  readonly [key: string]: unknown;
  readonly operationId?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Readonly<Record<string, unknown>>[];
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly security: readonly object[];
}

export interface MergedDocument {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, MergedOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** The gateway's own part, as small as it can be. */
export const ownDocument = mendDocument({ openapi: "3.1.0", info: { title: "gateway", version: "1" }, paths: {} });

export const answers = { 200: { description: "OK" } };

/** A document that says as much as it must. */
export function describe3(paths: object, more: object = {}): object {
  return { openapi: "3.1.0", info: { title: "a service", version: "1" }, paths, ...more };
}

export function route(more: Partial<WireRoute> = {}): WireRoute {
  return {
    path_prefix: "/api/v1/thing",
    strip_prefix: true,
    timeout: 30,
    retries: 2,
    retry_unsafe: false,
    auth_required: true,
    rate_limit: true,
    circuit_breaker: true,
    ...more,
  };
}

export function service(document: object, more: Partial<DescribedService> = {}): DescribedService {
  return { name: "thing_service", routes: [route()], document, ...more };
}

export interface LogLine {
  readonly level: string;
  readonly service: unknown;
}

export function createMerger(): { merger: DocumentMerger; lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: object) =>
    void lines.push({ level, service: "service" in fields ? fields.service : undefined });
  const [trace, debug, info, warn, error] = ["trace", "debug", "info", "warn", "error"].map(write);
  if (!trace || !debug || !info || !warn || !error) throw new Error("a level is missing");
  return { merger: new DocumentMerger({ trace, debug, info, warn, error }), lines };
}

/** The merged document of the services, which is valid whatever they say. */
export async function merge(...services: readonly DescribedService[]): Promise<MergedDocument> {
  return await readMerged(await createMerger().merger.merge(ownDocument, services));
}

export async function readMerged(json: string): Promise<MergedDocument> {
  expect(await validator.validate(JSON.parse(json))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  return JSON.parse(json) as MergedDocument;
}

// One for all: it takes longer to make than to use.
const validator = new Validator();
