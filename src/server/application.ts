import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Handler, OwnEndpoints, PluginInstance } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import { type RequestBody, takeRequestBody } from "../proxy/request-body.ts";
import { Mount } from "./mount.ts";
import { securityHeaders } from "./render-error.ts";

/** What every answer of the gateway's own has, unless the endpoint says otherwise. */
const ownHeaders: Readonly<Record<string, string>> = { ...securityHeaders, "cache-control": "no-store" };

/** Statuses whose answers have neither a body nor a length (RFC 9110 section 8.6). */
const bodyless: ReadonlySet<number> = new Set([204, 205, 304]);
const encoder = new TextEncoder();

/**
 * The gateway's own endpoints: one Elysia application of the core plugins' parts, and one for each plugin of PLUGINS_DIR,
 * whose hooks reach nobody else and which can go again.
 */
export class Application {
  readonly #maxBodyBytes: number;
  /** Elysia knows neither the caller's address nor anything else of the exchange. */
  readonly #exchanges: WeakMap<Request, Exchange>;
  #mounts: readonly Mount[];
  #endpoints: OwnEndpoints | undefined;

  /** Throws a TypeError when two endpoints want to answer the same request. */
  constructor(
    instances: readonly PluginInstance[],
    { maxBodyBytes, exchanges }: { readonly maxBodyBytes: number; readonly exchanges: WeakMap<Request, Exchange> },
  ) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#exchanges = exchanges;
    this.#mounts = [new Mount(instances.flatMap(({ endpoints }) => endpoints ?? []))];
  }

  /** The fixed part of each endpoint's path: nothing else may answer there. */
  get prefixes(): string[] {
    return [...new Set(this.#mounts.flatMap(({ prefixes }) => prefixes))];
  }

  /** All routes with what documents them; another object once they have changed. */
  get endpoints(): OwnEndpoints {
    return (this.#endpoints ??= {
      routes: this.#mounts.flatMap(({ routes }) => routes),
      models: Object.assign({}, ...this.#mounts.map(({ models }) => models)),
    });
  }

  /**
   * Puts a mount in the place of another; undefined: there was none, or none comes. Returns a way back. Throws a TypeError,
   * and has changed nothing, when something else answers one of its requests.
   */
  replace(old: Mount | undefined, next: Mount | undefined): () => void {
    const before = this.#mounts;
    const others = before.filter((mount) => mount !== old);
    for (const other of others) next?.refuseBeside(other);
    const set = (mounts: readonly Mount[]): void => {
      this.#mounts = mounts;
      this.#endpoints = undefined;
    };
    set(next === undefined ? others : [...others, next]);
    return () => set(before);
  }

  /** The last handler of the gateway's own chain: answers, or throws a GatewayError. */
  readonly answer: Handler = (async (exchange: Exchange): Promise<Response> => {
    const { method, path } = exchange;
    const found = this.#find(path);
    if (found === undefined) throw new GatewayError("NOT_FOUND", { message: "There is nothing at this path." });
    const { mount, methods } = found;
    const asGet = method === "HEAD" && !methods.has("HEAD");
    if (!methods.has(asGet ? "GET" : method)) throw notServed(methods);

    const response = await this.#ask(mount, exchange, asGet ? "GET" : method);
    for (const [name, value] of Object.entries(ownHeaders)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    return isStream(response) ? toStream(exchange, response) : withLength(exchange, response);
  }) as Handler;

  async #ask(mount: Mount, exchange: Exchange, method: string): Promise<Response> {
    let refusal: GatewayError | undefined;
    const watcher = { waiting() {}, moved() {}, tooLarge: (error: GatewayError) => void (refusal = error) };
    const body = await takeRequestBody(exchange, this.#maxBodyBytes, watcher);
    if (body instanceof ArrayBuffer) exchange.bytesIn = body.byteLength;
    const request = toCanonicalRequest(exchange, method, body);
    this.#exchanges.set(request, exchange);
    try {
      return await mount.answer(request, exchange);
    } catch (error) {
      // Whoever was reading says that the body is broken; that it is too large is the better answer.
      throw refusal ?? error;
    }
  }

  /** An exact path goes before a pattern, and the gateway's own before a plugin's. */
  #find(path: string): { readonly mount: Mount; readonly methods: ReadonlySet<string> } | undefined {
    for (const find of ["at", "like"] as const) {
      for (const mount of this.#mounts) {
        const methods = mount[find](path);
        if (methods !== undefined) return { mount, methods };
      }
    }
    return undefined;
  }
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
