/** A server behind every loopback address, which answers health checks and counts them. */
export class CheckedSink implements Disposable {
  readonly port: number;
  readonly #server: Bun.Server<undefined>;
  #count = 0;

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: "0.0.0.0",
      fetch: () => {
        this.#count += 1;
        return new Response("ok");
      },
    });
    this.port = this.#server.port ?? 0;
  }

  async countEachSecond(seconds: number): Promise<number[]> {
    const counts: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      const before = this.#count;
      await Bun.sleep(1000);
      counts.push(this.#count - before);
    }
    return counts;
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}
