import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { repository, survivors } from "./demo-run.ts";

type Service = Bun.Subprocess<"pipe", "pipe", "ignore">;
/** Nobody is there: the services serve all the same, and say so on their standard error. */
const GATEWAY = "http://127.0.0.1:9";

describe("the demo services", () => {
  const running: Service[] = [];
  const urls: Record<string, string> = {};

  function start(name: string): Service {
    const service = Bun.spawn([process.execPath, `sdk/examples/${name}.ts`], {
      cwd: repository,
      env: { ...process.env, PORT: "0", GATEWAY, BUN_FEATURE_FLAG_NO_ORPHANS: undefined },
      stdio: ["pipe", "pipe", "ignore"],
    });
    running.push(service);
    return service;
  }

  async function listening(service: Service): Promise<string> {
    const { value } = await service.stdout.getReader().read();
    return JSON.parse(new TextDecoder().decode(value)).url;
  }

  async function ask(name: string, path: string, body?: object) {
    const init = body && {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    };
    const response = await fetch(urls[name] + path, init);
    return { status: response.status, body: response.status === 422 ? undefined : await response.json() };
  }

  beforeAll(async () => {
    const names = ["context", "intent", "prediction", "realtime"];
    await Promise.all(names.map(async (name) => (urls[name] = await listening(start(name)))));
  });

  afterAll(async () => {
    for (const service of running) service.kill("SIGKILL");
    await Promise.all(running.map((service) => service.exited));
  });

  test("each tells that it is healthy and refuses what its schema does not know", async () => {
    for (const name of Object.keys(urls)) {
      expect(await ask(name, "/health")).toEqual({ status: 200, body: { status: "healthy", service: name } });
    }
    expect((await ask("context", "/analyze", { action: "" })).status).toBe(422);
    expect((await ask("intent", "/classify", {})).status).toBe(422);
    expect((await ask("prediction", "/", { features: [] })).status).toBe(422);
    expect((await ask("realtime", "/", { channel: "a b", type: "t", data: 1 })).status).toBe(422);
  });

  test("context remembers the actions of a session and finds the most frequent", async () => {
    for (const action of ["open", "click", "click"]) await ask("context", "/analyze", { action, session_id: "s1" });
    const last = await ask("context", "/analyze", { action: "leave", session_id: "s1" });
    expect(last.body).toEqual({ session_id: "s1", action: "leave", previous: "click", step: 4, focus: "click" });
    expect((await ask("context", "/sessions/s1")).body.actions).toEqual(["open", "click", "click", "leave"]);
    expect((await ask("context", "/sessions/s2")).status).toBe(404);
  });

  test("intent learns from an example", async () => {
    const refund = { intent: "refund", text: "give my money back" };
    expect(await ask("intent", "/examples", refund)).toEqual({ status: 200, body: refund });
    expect((await ask("intent", "/classify", { text: "money back please" })).body.intent).toBe("refund");
    const { intents } = (await ask("intent", "/intents")).body;
    expect(intents).toContainEqual({ name: "refund", examples: 1 });
  });

  test("prediction follows the trend of the features, or their mean", async () => {
    const features = [10, 8, 6];
    expect((await ask("prediction", "/", { features })).body).toEqual({ model: "trend", prediction: 4 });
    expect((await ask("prediction", "/", { features, model: "mean" })).body).toEqual({ model: "mean", prediction: 8 });
    expect((await ask("prediction", "/", { features: [7] })).body.prediction).toBe(7);
  });

  test("realtime hands a listener that comes back what it missed on its channels", async () => {
    const publish = async (channel: string, data: number) =>
      (await ask("realtime", "/", { channel, type: "count", data })).body.id as number;
    const seen = await publish("a", 1);
    await publish("b", 2);
    await publish("a", 3);
    const leave = new AbortController();
    const headers = { "last-event-id": String(seen) };
    const events = await fetch(`${urls["realtime"]}/?channels=a,c`, { headers, signal: leave.signal });
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    expect((await ask("realtime", "/channels")).body.channels).toContainEqual({ channel: "c", subscribers: 1 });

    let text = "";
    for await (const bytes of events.body ?? []) {
      text += new TextDecoder().decode(bytes);
      if (text.includes("data:")) break;
    }
    leave.abort();
    expect(text).toContain(`id: ${seen + 2}\nevent: count\ndata: {"channel":"a","type":"count","data":3,`);
    expect(text).not.toContain('"data":2');
  });

  test("ends with 0 on SIGTERM, and when the process that holds its stdin dies", async () => {
    const stopped = start("context");
    await listening(stopped);
    stopped.kill("SIGTERM");
    expect(await stopped.exited).toBe(0);

    // Killed with no chance to say goodbye, this parent leaves nothing but the end of its child's stdin.
    const child = `["${process.execPath}", "sdk/examples/context.ts"]`;
    const script = `const child = Bun.spawn(${child}, { stdin: "pipe" });
      await child.stdout.getReader().read(); console.log(child.pid); await child.exited`;
    const env = { ...process.env, PORT: "0", GATEWAY, BUN_FEATURE_FLAG_NO_ORPHANS: undefined };
    const parent = Bun.spawn([process.execPath, "-e", script], { cwd: repository, env, stdout: "pipe" });
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(pid).toBeGreaterThan(0);
    parent.kill("SIGKILL");
    expect(await survivors([pid], 3000)).toEqual([]);
  });

  test("refuses a PORT that is none", async () => {
    for (const port of ["http", "65536", "-1", "1.5"]) {
      const service = Bun.spawnSync([process.execPath, "sdk/examples/context.ts"], {
        cwd: repository,
        env: { ...process.env, PORT: port },
      });
      expect(service.exitCode).toBe(1);
      expect(service.stderr.toString()).toContain("PORT: wanted 0 to 65535");
    }
  });
});
