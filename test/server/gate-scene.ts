import { afterAll, beforeAll, expect } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type RawAnswer, rawCall } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

/** Where the service is. */
export const prefix = "/api/v1/echo";

export interface Sent {
  readonly answer: RawAnswer;
  /** What the service got of it: method and target of each request. */
  readonly arrived: readonly string[];
  /** How many bytes of any kind the service got. */
  readonly bytes: number;
}

export interface GateScene {
  readonly gateway: () => GatewayProcess;
  readonly upstream: () => RawUpstream;
  readonly send: (bytes: string) => Promise<Sent>;
}

/** The executable before one service, for the tests of one file. */
export function gateScene(): GateScene {
  let upstream: RawUpstream;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    upstream = await startRawUpstream((_request, socket) => socket.write(ok()));
    gateway = await startGateway({ ECHO_SERVICE_URL: upstream.url });
  });
  afterAll(async () => {
    await gateway.stop();
    upstream.close();
  });
  return {
    gateway: () => gateway,
    upstream: () => upstream,
    async send(bytes) {
      const requests = upstream.requests.length;
      const before = upstream.bytes().length;
      const answer = await rawCall(gateway.port, bytes);
      const arrived = upstream.requests.slice(requests).map(({ method, target }) => `${method} ${target}`);
      return { answer, arrived, bytes: upstream.bytes().length - before };
    },
  };
}

export function get(target: string, headers = "Host: gw.test\r\n", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\n${headers}\r\n`;
}

/** Refused by us: the envelope, its request id also as a header, and not one byte for the service. */
export function expectRefusal({ answer, bytes }: Sent, status: number, code: string, details?: object): void {
  expect(answer.status).toBe(status);
  expect(answer.header("content-type")).toBe("application/json");
  const body = JSON.parse(answer.body);
  expect(body).toEqual({
    error: { code, message: expect.any(String), details: details ?? expect.any(Object) },
    request_id: answer.header("x-request-id"),
  });
  expect(body.request_id).toMatch(/^[\w-]{1,64}$/);
  expect(bytes).toBe(0);
}

/** Refused by Bun's own parser, before any code of ours: closed, and never the service's business. */
export function expectParserRefusal({ answer, bytes }: Sent, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toBe("");
  expect(answer.header("x-request-id")).toBeUndefined();
  expect(answer.ending).not.toBe("open");
  expect(bytes).toBe(0);
}
