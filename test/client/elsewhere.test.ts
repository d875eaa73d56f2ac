import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage } from "../support/browser.ts";
import { waitFor } from "../support/wait-for.ts";
import { bundleClient } from "./bundle.ts";
import { ada, type ClientScene, openClientScene } from "./scene.ts";

/** What each place does with a `createClient` of its own; the same everywhere. */
const script = `async (createClient, url, credentials) => {
  const gateway = createClient(url, credentials);
  const seen = [];
  const note = ({ data, error, status }) => seen.push(error === null ? data : [status, error.code, error.details]);
  note(await gateway.library.number.get());
  note(await gateway.library.books.post({ title: "Emma" }));
  note(await gateway.library.books({ id: "ä ?" }).get());
  note(await createClient(url).library.number.get());
  note(await gateway.library.slow.get({ query: { ms: 3000 }, timeoutMs: 50 }));
  const { data: events } = await gateway.library.events.get({ query: { count: 2 } });
  for await (const event of events) seen.push(event);
  const { data: ticks } = await gateway.library.ticks.get();
  let text = "";
  for await (const tick of ticks) text += tick;
  seen.push(text);
  await gateway.$close();
  return seen;
}`;

const wanted = [
  42,
  { id: 2, title: "Emma" },
  [404, "SERVICE_ERROR", null],
  [401, "AUTH_ERROR", { reason: "missing" }],
  [0, "TIMEOUT", null],
  { id: "1", event: "tick", data: { number: 1, text: "grün\nüber zwei" } },
  { id: "2", event: "tick", data: { number: 2, text: "grün\nüber zwei" } },
  "eins zwei drei ",
];

let scene: ClientScene;
let page: Bun.Server<undefined>;
beforeAll(async () => {
  const code = await bundleClient("browser");
  page = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) =>
      url.endsWith("/client.js")
        ? new Response(code, { headers: { "content-type": "text/javascript" } })
        : new Response(
            '<link rel="icon" href="data:,"><script type="module">import * as client from "/client.js"; window.client = client;</script>',
            { headers: { "content-type": "text/html" } },
          ),
  });
  scene = await openClientScene({ CORS_ORIGINS: page.url.origin });
});
afterAll(async () => {
  await scene.close();
  await page.stop(true);
});

const call = (client: string) =>
  `(${script})(${client}.createClient, ${JSON.stringify(scene.gateway.url)}, ${JSON.stringify(ada)}).then((seen) => JSON.stringify(seen, (_, value) => value === undefined ? null : value))`;

test("under Node", async () => {
  const directory = mkdtempSync(join(tmpdir(), "client-"));
  writeFileSync(join(directory, "client.mjs"), await bundleClient("node"));
  writeFileSync(
    join(directory, "main.mjs"),
    `import * as client from "./client.mjs"; console.log(process.version); console.log(await ${call("client")});`,
  );
  const child = Bun.spawn(["node", "main.mjs"], { cwd: directory, stdout: "pipe", stderr: "inherit" });
  const [version = "", seen = ""] = (await new Response(child.stdout).text()).split("\n");
  rmSync(directory, { recursive: true });
  expect(Number(/^v(\d+)/.exec(version)?.[1])).toBeGreaterThanOrEqual(20);
  expect(JSON.parse(seen)).toEqual(wanted);
});

test("in a browser, from another origin", async () => {
  const browser = await openPage(page.url.href);
  try {
    await waitFor("the page", async () => (await browser.evaluate("typeof window.client")) === "object");
    expect(JSON.parse(String(await browser.evaluate(call("window.client"))))).toEqual(wanted);
  } finally {
    await browser.close();
  }
});

test("the bundle is small", async () => {
  expect((await bundleClient("browser")).length).toBeLessThan(40_000);
});
