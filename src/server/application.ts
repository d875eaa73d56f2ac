import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Endpoints, Handler, PluginInstance } from "@isaas/gateway-sdk/plugin";
import { type AnyElysia, Elysia } from "elysia";
import type { Exchange } from "../pipeline/exchange.ts";
import { type RequestBody, takeRequestBody } from "../proxy/request-body.ts";
import { toEndpointError } from "./endpoint-error.ts";
import { admittedMethods } from "./gate.ts";
import { securityHeaders } from "./render-error.ts";

/** What every answer of the gateway's own has, unless the endpoint says otherwise. */
const ownHeaders: Readonly<Record<string, string>> = { ...securityHeaders, "cache-control": "no-store" };

/** Statuses whose answers have neither a body nor a length (RFC 9110 section 8.6). */
const bodyless: ReadonlySet<number> = new Set([204, 205, 304]);
const encoder = new TextEncoder();

/** The gateway's own endpoints: one Elysia application made of all plugins' parts. */
export class Application {
  readonly #elysia: AnyElysia;
  readonly #maxBodyBytes: number;
  /** Elysia knows neither the caller's address nor anything else of the exchange. */
  readonly #exchanges: WeakMap<Request, Exchange>;
  /** The methods served, by path pattern. */
  readonly #methods = new Map<string, Set<string>>();

  /** Throws a TypeError when two endpoints want to answer the same request. */
  constructor(
    instances: readonly PluginInstance[],
    { maxBodyBytes, exchanges }: { readonly maxBodyBytes: number; readonly exchanges: WeakMap<Request, Exchange> },
  ) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#exchanges = exchanges;
    // By default Elysia looks for the path behind character 11 of the URL, which a short Host header moves.
    let elysia: AnyElysia = new Elysia({ handler: { standardHostname: false }, normalize: true });
    elysia = elysia.onError(({ code, error }) => {
      // A plugin's `throw status(...)` is an answer, not an error.
      if (typeof code === "string") throw toEndpointError(code, error);
    });
    for (const { endpoints } of instances) {
      if (endpoints === undefined) continue;
      this.#claim(endpoints);
      elysia = elysia.use(endpoints as AnyElysia);
    }
    elysia.compile();
    this.#elysia = elysia;
  }

  /** The fixed part of each endpoint's path: nothing else may answer there. */
  get prefixes(): string[] {
    return [...new Set([...this.#methods.keys()].map((path) => path.replace(/\/[:*].*$/, "") || "/"))];
  }

  /** The last handler of the gateway's own chain: answers, or throws a GatewayError. */
  readonly answer: Handler = (async (exchange: Exchange): Promise<Response> => {
    const { method, path } = exchange;
    const methods = this.#methodsAt(path);
    if (methods === undefined) throw new GatewayError("NOT_FOUND", { message: "There is nothing at this path." });
    const asGet = method === "HEAD" && !methods.has("HEAD");
    if (!methods.has(asGet ? "GET" : method)) throw notServed(methods);

    const response = await this.#ask(exchange, asGet ? "GET" : method);
    for (const [name, value] of Object.entries(ownHeaders)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    return isStream(response) ? toStream(exchange, response) : withLength(exchange, response);
  }) as Handler;

  async #ask(exchange: Exchange, method: string): Promise<Response> {
    let refusal: GatewayError | undefined;
    const watcher = { waiting() {}, moved() {}, tooLarge: (error: GatewayError) => void (refusal = error) };
    const body = await takeRequestBody(exchange, this.#maxBodyBytes, watcher);
    if (body instanceof ArrayBuffer) exchange.bytesIn = body.byteLength;
    const request = toCanonicalRequest(exchange, method, body);
    this.#exchanges.set(request, exchange);
    try {
      return await this.#elysia.fetch(request);
    } catch (error) {
      // Whoever was reading says that the body is broken; that it is too large is the better answer.
      throw refusal ?? error;
    }
  }

  #claim({ routes }: Endpoints): void {
    for (const { method, path } of routes) {
      const methods = this.#methods.get(path) ?? new Set();
      this.#methods.set(path, methods);
      for (const claimed of method === "ALL" ? admittedMethods : [method]) {
        if (methods.has(claimed)) throw new TypeError(`endpoint ${claimed} ${path}: wanted one answer, got two`);
        methods.add(claimed);
      }
    }
  }

  #methodsAt(path: string): ReadonlySet<string> | undefined {
    const exact = this.#methods.get(path);
    if (exact !== undefined) return exact;
    for (const [pattern, methods] of this.#methods) if (fits(pattern, path)) return methods;
    return undefined;
  }
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const got = path.split("/");
  if (wanted.at(-1) === "*" ? got.length < wanted.length : got.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === "*" || segment.startsWith(":") || segment === got[index]);
}

function notServed(methods: ReadonlySet<string>): GatewayError {
  const implied = methods.has("GET") && !methods.has("HEAD") ? ["HEAD"] : [];
  return new GatewayError("METHOD_NOT_ALLOWED", {
    message: "This method is not served here.",
    headers: { allow: [...methods, ...implied].join(", ") },
  });
}

/** Elysia finds its path in the URL: it must be the canonical one. */
function toCanonicalRequest({ request, path, query }: Exchange, method: string, body: RequestBody): Request {
  const origin = request.url.slice(0, request.url.indexOf("/", 8));
  const url = origin + path + query;
  if (url === request.url && method === request.method && body === null) return request;
  return new Request(url, { method, headers: request.headers, body, signal: request.signal });
}

function isStream({ headers }: Response): boolean {
  return headers.has("transfer-encoding") || headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** A stream is counted as it passes. Elysia streams text, where everything behind this wants bytes. */
async function toStream(exchange: Exchange, response: Response): Promise<Response> {
  const { body } = response;
  if (exchange.method === "HEAD") {
    await body?.cancel();
    return new Response(null, response);
  }
  exchange.streaming = true;
  const bytes = body?.pipeThrough(
    new TransformStream<Uint8Array | string, Uint8Array>({
      transform(piece, controller) {
        controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      },
    }),
  );
  return new Response(bytes, response);
}

/** Whatever is no stream is there in whole, so that the caller and the log learn its length. A file is not read for that. */
async function withLength(exchange: Exchange, response: Response): Promise<Response> {
  if (bodyless.has(response.status)) return response;
  const body = await response.blob();
  const { headers } = response;
  headers.set("content-length", String(body.size));
  if (!headers.has("content-type") && body.type !== "") headers.set("content-type", body.type);
  if (exchange.method === "HEAD") return new Response(null, response);
  exchange.bytesOut = body.size;
  return new Response(body, response);
}
