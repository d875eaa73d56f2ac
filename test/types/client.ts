import type { CallError, Client } from "@isaas/gateway-sdk/client";
import type { ErrorEnvelope } from "@isaas/gateway-sdk/errors";
import type { Billing } from "../client/billing.ts";
import type { Library } from "../client/library.ts";

/*
 * Facts about the client's types: this file is only compiled, by `bun run check`. An unused `@ts-expect-error` is an
 * error; test/types/mistakes.test.ts shows that the checker is awake.
 */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function fact<Holds extends true>(): Holds;
declare const gateway: Client<{ library: Library; billing: Billing }>;

export async function answers(): Promise<void> {
  const book = await gateway.library.books({ id: 1 }).get();
  if (book.error === null) {
    fact<Equal<typeof book.status, 200>>();
    // A date travels as a text.
    fact<Equal<typeof book.data, { id: number; title: string; added: string }>>();
    // @ts-expect-error no such field
    void book.data.titel;
  } else {
    fact<Equal<typeof book.data, null>>();
  }
  // @ts-expect-error it may be null
  void book.data.title;

  const made = await gateway.library.books.post({ title: "Emma" });
  if (made.status === 201 && made.error === null) {
    fact<Equal<typeof made.data.id, 2>>();
    fact<Equal<typeof made.data.title, string>>();
  }

  const { data: number } = await gateway.library.number.get();
  fact<Equal<typeof number, number | null>>();
  const { data: bill } = await gateway.billing.bills({ id: "7" }).get();
  fact<Equal<typeof bill, { id: number; total: number; paid: boolean } | null>>();
  const { data: latest } = await gateway.billing.bills.latest.get();
  fact<Equal<typeof latest, typeof bill>>();
}

export async function streams(): Promise<void> {
  const { data: events } = await gateway.library.events.get({ query: { count: 1 } });
  for await (const event of events ?? []) {
    fact<Equal<typeof event.id, string>>();
    fact<Equal<typeof event.data, { readonly number: number; readonly text: "grün\nüber zwei" }>>();
    // @ts-expect-error no such field
    void event.data.total;
  }
  const { data: ticks } = await gateway.library.ticks.get();
  for await (const tick of ticks ?? []) fact<Equal<typeof tick, string>>();
  const { data: changes } = await gateway.billing.bills({ id: 1 }).changes.get();
  for await (const change of changes ?? []) fact<Equal<typeof change.data, { total: number }>>();
}

export function wrongCalls(): void {
  // @ts-expect-error no such service
  void gateway.nobody;
  // @ts-expect-error no such path
  void gateway.library.boks;
  // @ts-expect-error no such method
  void gateway.library.number.post();
  // @ts-expect-error the parameter has another name
  void gateway.library.books({ isbn: 1 });
  // @ts-expect-error a parameter is a text or a number
  void gateway.library.books({ id: true });
  // @ts-expect-error the parameter is missing
  void gateway.library.books.delete();
  // @ts-expect-error a field of the body has another type
  void gateway.library.books.post({ title: 1 });
  // @ts-expect-error the body has no such field
  void gateway.library.books.post({ title: "Emma", author: "Jane" });
  // @ts-expect-error the body is missing
  void gateway.library.books.post();
  // @ts-expect-error the query is missing
  void gateway.library.books.get();
  // @ts-expect-error a field of the query has another type
  void gateway.library.books.get({ query: { author: "a", limit: "3" } });
  // @ts-expect-error the header is missing
  void gateway.library.guarded.get({ headers: { "x-other": "1" } });
  // @ts-expect-error no such option
  void gateway.library.number.get({ retry: 3 });
  // @ts-expect-error the contract's body has no such field
  void gateway.billing.bills.post({ sum: 3 }, { headers: { "x-tenant": "a" } });
  // @ts-expect-error the contract's header is missing
  void gateway.billing.bills.post({ total: 3 });
}

export function errors(error: CallError<{ 200: string; 404: { message: string }; 422: { on: string } }>): void {
  switch (error.code) {
    case "RATE_LIMIT":
      fact<
        Equal<typeof error.details, { readonly limit: number; readonly burst: number; readonly retry_after_ms: number }>
      >();
      fact<Equal<typeof error.status, 429>>();
      fact<Equal<typeof error.value, ErrorEnvelope<"RATE_LIMIT">>>();
      // @ts-expect-error a detail of another error
      void error.details.service;
      return;
    case "CIRCUIT_OPEN":
      fact<Equal<typeof error.details.retry_after, string | null>>();
      return;
    case "SERVICE_ERROR":
      fact<Equal<typeof error.status, 404 | 422>>();
      if (error.status === 404) fact<Equal<typeof error.value, { message: string }>>();
      else fact<Equal<typeof error.value, { on: string }>>();
      fact<Equal<typeof error.details, undefined>>();
      return;
    case "NO_ANSWER":
    case "TIMEOUT":
    case "ABORTED":
      fact<Equal<typeof error.status, 0>>();
      return;
    default:
      fact<Equal<typeof error.requestId, string>>();
      // @ts-expect-error no such code
      if (error.code === "RATE_LIMITED") return;
  }
  if (error instanceof Error) throw error;
}
