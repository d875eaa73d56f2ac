import { gatewayService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";
import { atTheGateway } from "./at-the-gateway.ts";
import { Channels, type Message } from "./channels.ts";
import { runService } from "./run-service.ts";

const channels = new Channels();
const maxUnreadMessages = 256;

const Channel = t.String({ pattern: "^[\\w.:-]{1,64}$" });

/** Messages on channels: publish one, or listen to server-sent events. */
export const realtime = new Elysia()
  .get("/health", () => ({ status: "healthy", service: "realtime" }))
  .get("/channels", () => ({ channels: channels.list() }))
  .get("/", ({ query, headers }) => eventStream(query.channels.split(","), headers["last-event-id"]), {
    query: t.Object({ channels: t.String({ pattern: "^[\\w.:-]{1,64}(,[\\w.:-]{1,64}){0,15}$" }) }),
  })
  .post("/", ({ body, status }) => status(202, channels.publish(body.channel, body.type, body.data)), {
    body: t.Object({ channel: Channel, type: t.String({ pattern: "^[\\w.:-]{1,64}$" }), data: t.Unknown() }),
  })
  .use(gatewayService({ name: "realtime", ...atTheGateway }));

export type Realtime = typeof realtime;

function eventStream(names: readonly string[], lastEventId: string | undefined): Response {
  const afterId = lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : undefined;
  const encoder = new TextEncoder();
  let leave = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // The answer's head travels with the first bytes: a comment shows a quiet channel's listener that it is connected.
        controller.enqueue(encoder.encode(": connected\n\n"));
        const deliver = (message: Message) => {
          if ((controller.desiredSize ?? 0) <= 0) {
            controller.error(new Error("the reader is too slow"));
            return false;
          }
          controller.enqueue(encoder.encode(toEvent(message)));
          return true;
        };
        leave = channels.subscribe(new Set(names), deliver, afterId);
      },
      cancel: () => leave(),
    },
    { highWaterMark: maxUnreadMessages },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
}

function toEvent({ id, ...message }: Message): string {
  return `id: ${id}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`;
}

if (import.meta.main) runService("realtime", realtime);
