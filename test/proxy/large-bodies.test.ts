import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { growthWhile } from "../support/memory.ts";
import { type ServiceProcess, startService } from "../support/service.ts";

const gib = 1024 ** 3;
const mostGrowthMib = 64;
let service: ServiceProcess;
let gateway: GatewayProcess;

beforeAll(async () => {
  service = await startService();
  gateway = await startGateway({ BIG_SERVICE_URL: service.url, MAX_BODY_BYTES: String(2 * gib) });
  // Both sides warm: what a first request loads is no growth.
  await fetch(`${gateway.url}/api/v1/big/download?bytes=10000000`).then((answer) => answer.arrayBuffer());
  await fetch(`${gateway.url}/api/v1/big/upload`, { method: "POST", body: new Uint8Array(10_000_000) }).then((answer) =>
    answer.json(),
  );
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

test("1 GiB comes down through the gateway while its memory grows by less than 64 MiB", async () => {
  let bytes = 0;
  const growth = await growthWhile(gateway.pid, async () => {
    const answer = await fetch(`${gateway.url}/api/v1/big/download?bytes=${gib}`);
    for await (const part of answer.body ?? []) bytes += part.byteLength;
  });
  expect(bytes).toBe(gib);
  expect(growth).toBeLessThan(mostGrowthMib);
}, 60_000);

for (const kind of ["announced", "chunked"] as const) {
  test(`1 GiB ${kind} goes up through the gateway byte for byte while its memory grows by less than 64 MiB`, async () => {
    const piece = Buffer.alloc(1024 * 1024, "x");
    const hash = createHash("sha256");
    let answer = "";
    const growth = await growthWhile(gateway.pid, async () => {
      const socket = connect(gateway.port, "127.0.0.1");
      const ended = new Promise<void>((resolve) => {
        socket.on("data", (data) => {
          answer += data.toString();
          if (answer.includes("}")) resolve();
        });
        socket.on("close", () => resolve());
      });
      const write = async (data: Buffer | string): Promise<void> => {
        if (!socket.write(data)) await new Promise((resolve) => socket.once("drain", resolve));
      };
      await write(
        `POST /api/v1/big/upload HTTP/1.1\r\nHost: a\r\n${kind === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${gib}`}\r\n\r\n`,
      );
      for (let sent = 0; sent < gib; sent += piece.byteLength) {
        if (kind === "chunked") await write(`${piece.byteLength.toString(16)}\r\n`);
        await write(piece);
        if (kind === "chunked") await write("\r\n");
        hash.update(piece);
      }
      if (kind === "chunked") await write("0\r\n\r\n");
      await ended;
      socket.destroy();
    });
    expect(JSON.parse(answer.slice(answer.indexOf("{"), answer.indexOf("}") + 1))).toEqual({
      bytes: gib,
      sha256: hash.digest("hex"),
    });
    expect(growth).toBeLessThan(mostGrowthMib);
  }, 60_000);
}

test("a caller that stops reading a 1 GiB answer costs no memory", async () => {
  const growth = await growthWhile(gateway.pid, async () => {
    const sockets = Array.from({ length: 8 }, () => {
      const socket = connect(gateway.port, "127.0.0.1", () =>
        socket.write(`GET /api/v1/big/download?bytes=${gib} HTTP/1.1\r\nHost: a\r\n\r\n`),
      );
      socket.pause();
      return socket;
    });
    await Bun.sleep(2000);
    for (const socket of sockets) socket.destroy();
  });
  expect(growth).toBeLessThan(mostGrowthMib);
}, 30_000);
