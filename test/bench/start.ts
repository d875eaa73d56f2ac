import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { exchangeOnce } from "./load/exchange.ts";
import { type Child, startChild } from "./machine/child.ts";
import { freePort } from "./machine/free-port.ts";
import type { Competitor, LaunchPlace, Scenario } from "./scenario.ts";

const startTimeoutMs = 10_000;
const answerTimeoutMs = 2_000;
const pauseMs = 20;

export interface Running {
  readonly name: string;
  readonly port: number;
  readonly child: Child;
}

/** What is common to all that is started for one scenario. */
export interface Stage {
  readonly scenario: Scenario;
  readonly upstreamPort: number;
  readonly folder: string;
  readonly children: AsyncDisposableStack;
}

/** Starts a competitor and returns once it has given the right answer. */
export async function start(competitor: Competitor, core: number | undefined, stage: Stage): Promise<Running> {
  const folder = join(stage.folder, competitor.name.replaceAll(/\W+/g, "-"));
  await mkdir(folder);
  const place: LaunchPlace = { port: freePort(), upstreamPort: stage.upstreamPort, folder };
  const child = stage.children.use(startChild(await competitor.launch(place), core, folder));
  const running = { name: competitor.name, port: place.port, child };
  await rightAnswer(running, stage.scenario);
  return running;
}

async function rightAnswer({ name, port, child }: Running, { request, expected }: Scenario): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  let last = "";
  while (performance.now() < deadlineMs && !child.hasEnded()) {
    try {
      const { status, body } = await exchangeOnce(port, request, answerTimeoutMs);
      if (status === expected.status && body === expected.body) return;
      last = `its last answer: ${status} ${body}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await Bun.sleep(pauseMs);
  }
  const end = child.hasEnded() ? "ended instead of answering" : `did not answer ${expected.status} as expected`;
  throw new Error(`${name} ${end}; ${last}\n${await child.output()}`);
}
