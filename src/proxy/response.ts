import { GatewayError } from "@isaas/gateway-sdk/errors";
import { connectionNames, hopByHop } from "./hop-by-hop.ts";
import { via } from "./request-headers.ts";

/** An answer that announces at most this length is taken in whole: a fraction of a stream's cost, and its length stays known. */
const wholeBytes = 64 * 1024;

const notPassedOn: ReadonlySet<string> = new Set(hopByHop);

/** Makes a service's headers into ours, in place: connection headers gone, Via appended. Throws for what is no HTTP answer. */
export function rewriteAnswerHeaders({ status, headers }: Response, service: string): void {
  if (status < 200 || status > 599) throw malformed(service);
  let dropped: string[] | undefined;
  for (const name of headers.keys()) if (notPassedOn.has(name)) (dropped ??= []).push(name);
  if (dropped !== undefined) {
    const coding = headers.get("transfer-encoding");
    if (coding !== null && coding.toLowerCase() !== "chunked") throw malformed(service);
    for (const name of connectionNames(headers.get("connection") ?? "")) headers.delete(name);
    for (const name of dropped) headers.delete(name);
  }
  headers.append("via", via);
}

function malformed(service: string): GatewayError {
  return new GatewayError("UPSTREAM_ERROR", { message: "The service sent a malformed answer.", details: { service } });
}

export type BodyKind = "none" | "whole" | "stream";

/** How an answer's body travels. One without a type streams: Bun would invent a type for it otherwise. */
export function bodyKindOf(method: string, { status, headers }: Response): BodyKind {
  if (method === "HEAD" || status === 204 || status === 304) return "none";
  const length = headers.get("content-length");
  if (length === null) return "stream";
  if (length === "0") return "none";
  return Number(length) <= wholeBytes && (headers.get("content-type") ?? "") !== "" ? "whole" : "stream";
}

/** The body of an answer whose service broke off: the caller's connection breaks as well. */
export function brokenBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.error(new Error("the service broke off"));
    },
  });
}
