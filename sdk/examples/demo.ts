import { House } from "./demo/house.ts";
import { freePort, wantedPort } from "./demo/port.ts";
import * as print from "./demo/print.ts";
import { stopSignal } from "./demo/stop-signal.ts";
import { tour } from "./demo/tour.ts";
import { createUser } from "./demo/user.ts";
import { waitUntilReady } from "./demo/wait-until-ready.ts";
import { waitUntilRegistered } from "./demo/wait-until-registered.ts";
import { whatToTry } from "./demo/what-to-try.ts";

// `bun run demo`: the whole house on one machine. Runs before anything is installed, so it imports only what Bun brings.
const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== "--once");
if (unknown !== undefined) {
  print.failure(`unknown argument ${unknown}; wanted --once or nothing`);
  process.exit(1);
}
const once = args.includes("--once");

const stop = stopSignal();
const house = new House();
const user = createUser();
const stopped = new Promise<"stopped">((resolve) => stop.addEventListener("abort", () => resolve("stopped")));

try {
  await Promise.race([show(), stopped]);
  if (!once) await stopped;
  if (stop.aborted) print.heading("Stopping: the gateway drains first");
} catch (error) {
  print.failure(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await house.close();
}
process.exit();

async function show(): Promise<void> {
  const wanted = wantedPort(process.env["PORT"]);

  print.heading("Setting up");
  print.line("installing packages");
  await house.run("bun install", "install", "--frozen-lockfile");
  print.line("building dist/gateway");
  await house.run("bun run build", ".ci/build.ts");

  print.heading("Starting");
  const port = freePort(wanted, "127.0.0.1");
  if (port !== wanted) print.line(`port ${wanted} is taken; using a free one`);
  const gateway = await house.startGateway(port, user);
  await waitUntilReady(gateway.url);
  print.line(`${"gateway".padEnd(11)} ${gateway.url}  pid ${gateway.child.pid}`);
  await house.startServices(gateway.url);
  for (const { child, url } of house.services) print.line(`${child.name.padEnd(11)} ${url}  pid ${child.pid}`);
  await waitUntilRegistered(gateway.url, house);
  print.line("they have registered themselves, and are well");

  print.heading("Calls through the gateway");
  try {
    await tour(gateway.url);
    print.heading("The same with types: sdk/examples/client.ts");
    await house.showClient(gateway.url, user);
  } catch (error) {
    print.aside(`the gateway's last lines:\n${gateway.child.tail}`);
    throw error;
  }

  print.heading("Try it");
  for (const line of whatToTry(gateway.url, user)) print.line(line);
  if (once) return;

  print.heading("Running until Ctrl-C; the gateway's log follows");
  gateway.child.follow(print.aside);
  for (const { child } of house.services) void tellWhenGone(child);
  const code = await gateway.child.exited;
  if (!stop.aborted) throw new Error(`the gateway ended with ${code}\n${gateway.child.tail}`);
}

async function tellWhenGone(child: { readonly name: string; readonly exited: Promise<number> }): Promise<void> {
  const code = await child.exited;
  if (!stop.aborted) print.line(`${child.name} ended with ${code}: see how the gateway answers for it now`);
}
