import { treaty } from "@elysiajs/eden/treaty2";

const methods: ReadonlySet<string> = new Set(["get", "head", "post", "put", "patch", "delete", "options"]);

export function isMethod(name: string | undefined): name is string {
  return name !== undefined && methods.has(name);
}

/** What is to be fetched. */
export interface WrittenRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly init: RequestInit;
}

/** What a call is given: options alone for `get` and `head`, else a body before them. */
export type Input = readonly unknown[];

/** Writes query, headers and body the way Elysia's own client does, and sends nothing. */
export async function writeRequest(
  origin: string,
  path: readonly string[],
  method: string,
  input: Input,
): Promise<WrittenRequest> {
  let written: { url: string; init: RequestInit } | undefined;
  const fetcher = async (url: string, init: RequestInit): Promise<Response> => {
    written = { url, init };
    return new Response();
  };
  // Its own types need an application; what is called here is checked by ours.
  let at: unknown = treaty(origin, { fetcher: fetcher as typeof fetch, parseDate: false });
  for (const segment of [...path, method]) at = Reflect.get(at as object, segment);
  const [body, ...more] = input;
  // Elysia's client would make JSON of it.
  const isRaw = method !== "get" && method !== "head" && isRawBody(body);
  const answer = await (at as (...input: Input) => Promise<{ error: { value: unknown } | null }>)(
    ...(isRaw ? [undefined, ...more] : input),
  );
  if (written === undefined) throw answer.error?.value ?? new TypeError("this call cannot be written as a request");
  const { headers, ...init } = written.init;
  const sent = Object.fromEntries(Object.entries({ ...headers }).filter((entry) => entry[1] !== undefined));
  if (isRaw && !("content-type" in sent) && isBytes(body)) sent["content-type"] = "application/octet-stream";
  return {
    url: written.url,
    method: method.toUpperCase(),
    headers: sent,
    init: isRaw ? { ...init, body: body as BodyInit } : init,
  };
}

function isRawBody(body: unknown): boolean {
  return isBytes(body) || body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams;
}

function isBytes(body: unknown): boolean {
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body);
}
