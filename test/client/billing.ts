import { defineContract, eventStream } from "@isaas/gateway-sdk/contract";
import { Type } from "typebox";

const Bill = Type.Object({ id: Type.Integer(), total: Type.Number(), paid: Type.Boolean() });
const Message = Type.Object({ message: Type.String() });

/** A service that is no Elysia application. */
export const billing = defineContract({
  title: "Billing",
  description: "Who owes what.",
  routes: {
    "GET /bills": {
      summary: "Some bills",
      query: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 10, default: 5 }),
        paid: Type.Optional(Type.Boolean()),
        tag: Type.Optional(Type.Array(Type.String())),
      }),
      responses: {
        200: Type.Object({
          limit: Type.Integer(),
          paid: Type.Optional(Type.Boolean()),
          tag: Type.Array(Type.String()),
        }),
      },
    },
    "GET /bills/:id": {
      params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
      responses: { 200: Bill, 404: Message },
    },
    "GET /bills/latest": { responses: { 200: Bill } },
    "POST /bills": {
      headers: Type.Object({ "x-tenant": Type.String({ minLength: 1 }) }),
      body: Type.Object(
        { total: Type.Number({ minimum: 0 }), note: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
      responses: { 201: Bill },
    },
    "DELETE /bills/:id": { params: Type.Object({ id: Type.Integer() }), responses: { 204: Type.Undefined() } },
    "GET /bills/:id/changes": { responses: { 200: eventStream(Type.Object({ total: Type.Number() })) } },
    "GET /": { responses: { 200: Type.String() } },
  },
});

export type Billing = typeof billing;
