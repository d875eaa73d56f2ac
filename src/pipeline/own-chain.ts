import type { Handler, Middleware } from "@isaas/gateway-sdk/plugin";

/** What plugins put around the gateway's own answers. It can change while handlers stand behind it. */
export class OwnChain {
  #middlewares: readonly Middleware[];
  readonly #links: { readonly last: Handler; handler: Handler }[] = [];

  constructor(middlewares: readonly Middleware[]) {
    this.#middlewares = middlewares;
  }

  through(last: Handler): Handler {
    const link = { last, handler: this.#fold(last) };
    this.#links.push(link);
    return (exchange) => link.handler(exchange);
  }

  /** Requests that are under way keep what they began with. */
  replace(middlewares: readonly Middleware[]): void {
    this.#middlewares = middlewares;
    for (const link of this.#links) link.handler = this.#fold(link.last);
  }

  #fold(last: Handler): Handler {
    return this.#middlewares.reduceRight((next, middleware) => middleware(next), last);
  }
}
