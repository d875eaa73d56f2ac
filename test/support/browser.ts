import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "./wait-for.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--window-size=1400,1600",
  // Nothing but this machine has a name: whatever the page wants from elsewhere fails, and is seen to be wanted.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--remote-debugging-port=0",
];

/** A page in a headless Chromium, watched over the DevTools protocol. */
export interface Page {
  /** Every URL that the page asked for, in order. */
  readonly requests: readonly string[];
  /** What the browser holds against it: policy violations, exceptions, errors in its console. */
  readonly complaints: readonly string[];
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Writes what is to be seen into a PNG file. */
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

export async function openPage(url: string): Promise<Page> {
  const executable = names.map((name) => Bun.which(name)).find((path) => path !== null);
  if (executable === undefined) throw new Error(`none of ${names.join(", ")} is on the PATH: run "bun run test" once`);
  const directory = mkdtempSync(join(tmpdir(), "browser-"));
  const errors = join(directory, "errors.log");
  const browser = Bun.spawn([executable, ...flags, `--user-data-dir=${directory}`, "about:blank"], {
    stdio: ["ignore", "ignore", Bun.file(errors)],
  });
  let connection: Connection | undefined;
  const close = async (): Promise<void> => {
    // Asked, it ends with all its processes; killed, it would leave some that still write into the directory.
    void connection?.send("Browser.close");
    await Promise.race([browser.exited, Bun.sleep(connection === undefined ? 0 : 5000)]);
    browser.kill("SIGKILL");
    await browser.exited;
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    connection = await connect(await addressOf(errors));
    return { ...(await watch(connection, url)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The browser says on its standard error where it can be spoken to. */
async function addressOf(errors: string): Promise<string> {
  let address: string | undefined;
  await waitFor("the browser", async () => {
    address = /DevTools listening on (ws:\S+)/.exec(await Bun.file(errors).text())?.[1];
    return address !== undefined;
  });
  return String(address);
}

type Fields = Readonly<Record<string, unknown>>;

interface Connection {
  send(method: string, params?: Fields, session?: string): Promise<Fields>;
  onEvent(listener: (method: string, params: Fields) => void): void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (answer: Fields) => void>();
  const listeners: ((method: string, params: Fields) => void)[] = [];
  let last = 0;
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  socket.addEventListener("message", ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(String(data));
    if (typeof method === "string") for (const listener of listeners) listener(method, params);
    else waiting.get(id)?.(result ?? { error });
  });
  return {
    send(method, params = {}, session) {
      const id = (last += 1);
      socket.send(JSON.stringify({ id, method, params, sessionId: session }));
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    onEvent: (listener) => void listeners.push(listener),
  };
}

async function watch(connection: Connection, url: string): Promise<Omit<Page, "close">> {
  const { targetId } = await connection.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  const send = (method: string, params: Fields = {}) => connection.send(method, params, String(sessionId));
  const requests: string[] = [];
  const complaints: string[] = [];
  connection.onEvent((method, params) => {
    if (method === "Network.requestWillBeSent") requests.push(String(Object(params["request"])["url"]));
    else if (method === "Audits.issueAdded" || method === "Runtime.exceptionThrown")
      complaints.push(JSON.stringify(params));
    else if (method === "Log.entryAdded" && Object(params["entry"])["level"] === "error")
      complaints.push(JSON.stringify(params));
  });
  for (const domain of ["Network", "Page", "Runtime", "Log", "Audits"]) await send(`${domain}.enable`);
  await send("Page.navigate", { url });
  return {
    requests,
    complaints,
    async evaluate(expression) {
      const { result } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
      return Object(result)["value"];
    },
    async screenshot(path) {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      await Bun.write(path, Buffer.from(String(data), "base64"));
    },
  };
}
