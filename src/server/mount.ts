import type { Endpoints } from "@isaas/gateway-sdk/plugin";
import { type AnyElysia, Elysia } from "elysia";
import type { Exchange } from "../pipeline/exchange.ts";
import { toEndpointError } from "./endpoint-error.ts";
import { admittedMethods } from "./gate.ts";

/** Stands around each answer of a mount. */
export type AroundAnswer = (exchange: Exchange, answer: () => Promise<Response>) => Promise<Response>;

/** Endpoints that share one Elysia application, and with it their hooks. */
export class Mount {
  readonly #elysia: AnyElysia;
  /** The methods served, by path pattern. */
  readonly #methods = new Map<string, Set<string>>();
  readonly #around: AroundAnswer | undefined;

  /** Throws a TypeError when two of the endpoints want to answer the same request. */
  constructor(parts: readonly Endpoints[], around?: AroundAnswer) {
    // By default Elysia looks for the path behind character 11 of the URL, which a short Host header moves.
    let elysia: AnyElysia = new Elysia({ handler: { standardHostname: false }, normalize: true });
    elysia = elysia.onError(({ code, error }) => {
      // A plugin's `throw status(...)` is an answer, not an error.
      if (typeof code === "string") throw toEndpointError(code, error);
    });
    for (const endpoints of parts) {
      this.#claim(endpoints);
      elysia = elysia.use(endpoints as AnyElysia);
    }
    elysia.compile();
    this.#elysia = elysia;
    this.#around = around;
  }

  get routes(): Endpoints["routes"] {
    return this.#elysia.routes;
  }

  /** Schemas by the names under which routes refer to them. */
  get models(): Readonly<Record<string, unknown>> {
    // Protected, hence the detour.
    return Reflect.get(this.#elysia, "definitions").type;
  }

  /** The fixed part of each path. */
  get prefixes(): string[] {
    return [...this.#methods.keys()].map((path) => path.replace(/\/[:*].*$|\/$/, "") || "/");
  }

  answer(request: Request, exchange: Exchange): Promise<Response> {
    const answer = async (): Promise<Response> => this.#elysia.fetch(request);
    return this.#around === undefined ? answer() : this.#around(exchange, answer);
  }

  /** What is served at exactly this path. */
  at(path: string): ReadonlySet<string> | undefined {
    return this.#methods.get(path);
  }

  /** What is served at a pattern that fits the path. */
  like(path: string): ReadonlySet<string> | undefined {
    for (const [pattern, methods] of this.#methods) if (fits(pattern, path)) return methods;
    return undefined;
  }

  /** Throws a TypeError when both answer a request. */
  refuseBeside(other: Mount): void {
    for (const [path, methods] of this.#methods) {
      for (const method of methods) if (other.at(path)?.has(method) === true) throw twice(method, path);
    }
  }

  #claim({ routes }: Endpoints): void {
    for (const { method, path } of routes) {
      for (const claimed of method === "ALL" ? admittedMethods : [method]) {
        this.#claimOne(claimed, path);
        // What a prefix and `/` make together, Elysia serves without the slash at its end as well.
        if (/.\/$/.test(path)) this.#claimOne(claimed, path.slice(0, -1));
      }
    }
  }

  #claimOne(method: string, path: string): void {
    const methods = this.#methods.get(path) ?? new Set();
    this.#methods.set(path, methods);
    if (methods.has(method)) throw twice(method, path);
    methods.add(method);
  }
}

function twice(method: string, path: string): TypeError {
  return new TypeError(`endpoint ${method} ${path}: wanted one answer, got two`);
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const got = path.split("/");
  if (wanted.at(-1) === "*" ? got.length < wanted.length : got.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === "*" || segment.startsWith(":") || segment === got[index]);
}
