import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { GivenHeaders } from "@isaas/gateway-sdk/contract";
import Fastify from "fastify";
import { Hono } from "hono";
import { billing } from "./billing.ts";

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** What each of the servers does with a request, whatever it is built with. */
function answer(method: string, target: string, headers: GivenHeaders, body: unknown): Reply {
  const checked = billing.validate(method, target, { headers, body });
  if (!checked.ok) return { status: checked.status, body: { problems: checked.problems, allow: checked.allow } };
  switch (checked.route) {
    case "GET /bills": {
      const { limit, paid, tag = [] } = checked.query;
      return { status: 200, body: { limit, ...(paid === undefined ? {} : { paid }), tag } };
    }
    case "GET /bills/:id":
      if (checked.params.id > 100) return { status: 404, body: { message: "no such bill" } };
      return { status: 200, body: { id: checked.params.id, total: 7, paid: true } };
    case "POST /bills":
      return { status: 201, body: { id: 2, total: checked.body.total, paid: false } };
    default:
      return { status: 200, body: { id: 99, total: 1, paid: false } };
  }
}

type ExpressRequest = IncomingMessage & { readonly body?: unknown };
interface ExpressResponse {
  status(code: number): { json(body: unknown): void };
}

type Start = () => Promise<{ readonly port: number; close(): unknown }>;

async function listening(server: Server): ReturnType<Start> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const piece of request) text += piece;
  return text === "" ? undefined : JSON.parse(text);
}

export const billingServers: Readonly<Record<"node" | "express" | "fastify" | "hono", Start>> = {
  node: () =>
    listening(
      createServer(async (request, response) => {
        const { method = "", url = "", headers } = request;
        const { status, body } = answer(method, url, headers, await readBody(request));
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      }),
    ),
  express() {
    // It brings no types of its own.
    const express = createRequire(import.meta.url)("express");
    const app = express();
    app.use(express.json());
    app.use((request: ExpressRequest, response: ExpressResponse) => {
      const { status, body } = answer(request.method ?? "", request.url ?? "", request.headers, request.body);
      response.status(status).json(body);
    });
    return listening(createServer(app));
  },
  async fastify() {
    const app = Fastify();
    app.all("/*", async (request, reply) => {
      const { status, body } = answer(request.method, request.url, request.headers, request.body ?? undefined);
      return reply.code(status).send(Object(body));
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  async hono() {
    const app = new Hono().all("*", async (context) => {
      const hasBody = context.req.method !== "GET";
      const body: unknown = hasBody ? await context.req.json() : undefined;
      const reply = answer(context.req.method, context.req.url, context.req.raw.headers, body);
      return Response.json(reply.body, { status: reply.status });
    });
    return new Promise((resolve) => {
      // The rest of the tests wants the runtime's own Response.
      const server = serve(
        { fetch: app.fetch, hostname: "127.0.0.1", port: 0, overrideGlobalObjects: false },
        ({ port }) => resolve({ port, close: () => server.close() }),
      );
    });
  },
};
