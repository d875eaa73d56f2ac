import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** A way to a TCP port that can fail, to part one client from a server that others still reach. */
export interface Relay {
  readonly port: number;
  /** Ends all connections; new ones are refused at once. */
  cut(): void;
  /** Connections stay and new ones are taken, but no byte passes any more. */
  blackhole(): void;
  /** Everything passes again: also what a blackhole has kept. */
  heal(): void;
  close(): void;
}

export async function startRelay(toPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "blackhole" = "open";
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => {});
    from.on("data", (data) => to.write(data));
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    if (state === "blackhole") from.pause();
  };
  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    const upstream = connect(toPort, "127.0.0.1");
    join(client, upstream);
    join(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    state = "cut";
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    blackhole() {
      state = "blackhole";
      for (const socket of sockets) socket.pause();
    },
    heal() {
      state = "open";
      for (const socket of sockets) socket.resume();
    },
    close() {
      server.close();
      cut();
    },
  };
}
