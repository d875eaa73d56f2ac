import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { hardlyLimited } from "../support/open-routes.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { runners } from "./runners.ts";

const services = { CONTEXT_SERVICE_URL: "http://127.0.0.1:1" };
let open: GatewayProcess;
let closed: GatewayProcess;

beforeAll(async () => {
  [open, closed] = await Promise.all([
    startGateway({ DEBUG: "true", CONFIG: "", ...services }),
    startGateway(services),
  ]);
});
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
});

describe.each(runners)("explain --url by %s", (_, run) => {
  test("tells what the running gateway would do, not what its own settings say", async () => {
    const running = await run(["explain", "/api/v1/context/x", "--url", open.url]);
    expect(running).toEqual(await run(["explain", "/api/v1/context/x"], { ...services, ...hardlyLimited }));
    expect(running.code).toBe(0);
  });

  test("tells 404, 405 and 400 of the running gateway", async () => {
    const ask = (...args: string[]) => run(["explain", ...args, "--url", `${open.url}/any/path`]);
    expect((await ask("/nowhere")).stdout).toContain("404 NOT_FOUND");
    expect((await ask("PUT", "/api/v1/context")).stdout).toContain("405 METHOD_NOT_ALLOWED");
    expect(await ask("/a//b")).toEqual({
      code: 1,
      stdout: "",
      stderr: "the gateway answers 400 INVALID_REQUEST: The request is malformed.\n  path: wanted no empty segment\n",
    });
  });

  test("without DEBUG nobody is told, and why is said", async () => {
    const { code, stdout, stderr } = await run(["explain", "/api/v1/context/x", "--url", closed.url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toStartWith("the gateway answers 401 AUTH_ERROR: ");
  });

  test("the token of GATEWAY_TOKEN is sent, the query of the path is not, and no proxy of the environment sees either", async () => {
    const gateway = await startRawUpstream((_, socket) => socket.end("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    const proxy = await startRawUpstream((_, socket) => socket.end());
    const environment = {
      GATEWAY_TOKEN: "a-token",
      HTTP_PROXY: proxy.url,
      http_proxy: proxy.url,
      HTTPS_PROXY: proxy.url,
    };
    await run(["explain", "get", "/x?token=hunter2", "--url", gateway.url], environment);
    expect(gateway.requests[0]?.header("authorization")).toBe("Bearer a-token");
    expect(gateway.requests[0]?.target).toBe("/explain?method=GET&path=%2Fx");
    expect(proxy.connections()).toBe(0);
    gateway.close();
    proxy.close();
  });

  test.each([
    [
      "an error page",
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
      "no gateway answers there: 502 without an explanation\n",
    ],
    [
      "another service",
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
      "no gateway answers there: 200 without an explanation\n",
    ],
    [
      "a redirect",
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
      "no gateway answers there: 302 without an explanation\n",
    ],
    ["nothing", "", "the gateway could not be asked: "],
  ])("%s is no gateway", async (_, answer, stderr) => {
    const other = await startRawUpstream((_request, socket) => socket.end(answer));
    const result = await run(["explain", "/x", "--url", other.url]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toStartWith(stderr);
    other.close();
  });

  test("an answer cannot steer the terminal", async () => {
    const body = JSON.stringify({
      error: {
        code: "X",
        message: "\u001b[2Jhello\nworld\u009b",
        details: { problems: [null, { path: "a\n", message: 1 }] },
      },
    });
    const other = await startRawUpstream((_, socket) =>
      socket.end(`HTTP/1.1 400 No\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    );
    const { stderr } = await run(["explain", "/x", "--url", other.url]);
    expect(stderr).toBe("the gateway answers 400 X: ?[2Jhello?world?\n  undefined: undefined\n  a?: 1\n");
    other.close();
  });

  test.each(["localhost:8000", "file:///etc/passwd", "http://", "junk", "http://user:hunter2@127.0.0.1:1"])(
    "%s is no URL of a gateway",
    async (url) => {
      expect(await run(["explain", "/x", "--url", url])).toEqual({
        code: 1,
        stdout: "",
        stderr:
          "--url: wanted the URL of a gateway, such as http://localhost:8000, got something else (command line)\n",
      });
    },
  );

  test("nobody there is said", async () => {
    expect(await run(["explain", "/x", "--url", "http://127.0.0.1:1"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "the gateway could not be asked: nobody listens there\n",
    });
  });
});
