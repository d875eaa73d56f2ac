import type { Client } from "@isaas/gateway-sdk/client";
import { defineContract } from "@isaas/gateway-sdk/contract";
import { Elysia } from "elysia";
import { Type } from "typebox";

/* Routes that are seldom seen: this file is only compiled, as client.ts beside it. */

const odd = defineContract({
  title: "Odd",
  routes: {
    "GET /none": { query: Type.Object({}), responses: { 200: Type.Object({}) } },
    "GET /optional": {
      query: Type.Object({ n: Type.Optional(Type.Integer({ default: 5 })) }),
      headers: Type.Object({ "x-a": Type.Optional(Type.String()) }),
      responses: { 200: Type.Object({ n: Type.Integer() }) },
    },
    "GET /bills/:id": { responses: { 200: Type.Object({ total: Type.Number() }) } },
    "GET /bills/:billId/items": { responses: { 200: Type.Array(Type.String()) } },
    "POST /subscribe": { responses: { 201: Type.Object({ id: Type.String() }) } },
  },
});
const letter = new Elysia().post("/newsletter/subscribe", () => "yes");

declare const gateway: Client<{ odd: typeof odd; letter: typeof letter }>;

export async function oddCalls(): Promise<void> {
  await gateway.odd.none.get();
  const { data } = await gateway.odd.optional.get();
  void data?.n.toFixed();
  await gateway.odd.optional.get({ query: { n: 1 }, headers: { "x-a": "b" } });
  const bill = await gateway.odd.bills({ id: 1 }).get();
  void bill.data?.total.toFixed();
  const items = await gateway.odd.bills({ billId: 1 }).items.get();
  void items.data?.[0]?.trim();
  const made = await gateway.odd.subscribe.post();
  void made.data?.id.trim();
  await gateway.letter.newsletter.subscribe.post();
}
