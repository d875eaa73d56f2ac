import { expect, test } from "bun:test";
import { slices } from "../../../plugins/breakers/window.ts";
import type { CircuitPolicy } from "../../../plugins/breakers/policy.ts";
import { createRandom, pick } from "../../support/random.ts";
import { createScene, defaultPolicy } from "./circuit-at.ts";

/** The diagram, as plainly as it can be said: lists of everything that happened, searched anew each time. */
class Model {
  state: "closed" | "open" | "half_open" = "closed";
  life = 0;
  readonly underWay = new Set<number>();
  #events: { readonly slice: number; readonly failed: boolean }[] = [];
  #inARow = 0;
  #openUntilMs = 0;
  #opened = 0;
  readonly #policy: CircuitPolicy;

  constructor(policy: CircuitPolicy) {
    this.#policy = policy;
  }

  passTime(nowMs: number): void {
    if (this.state !== "open" || nowMs < this.#openUntilMs) return;
    this.#turn("half_open");
  }

  admits(): boolean {
    return (
      this.state === "closed" || (this.state === "half_open" && this.underWay.size < this.#policy.halfOpenRequests)
    );
  }

  settle(life: number, outcome: "good" | "bad" | "left", nowMs: number): void {
    if (life !== this.life || outcome === "left") return;
    if (this.state === "half_open") {
      if (outcome === "bad") this.#open(nowMs);
      else if ((this.#inARow += 1) >= this.#policy.successes) {
        this.#events = [];
        this.#opened = 0;
        this.#turn("closed");
      }
      return;
    }
    const slice = Math.floor(nowMs / (this.#policy.windowMs / slices));
    this.#events.push({ slice, failed: outcome === "bad" });
    const seen = this.#events.filter((event) => event.slice > slice - slices);
    const failures = seen.filter(({ failed }) => failed).length;
    if (outcome === "bad" && seen.length >= this.#policy.minimumRequests && failures >= this.#policy.failures) {
      this.#open(nowMs);
    }
  }

  #open(nowMs: number): void {
    const { recoveryMs, recoveryMaxMs } = this.#policy;
    this.#openUntilMs = nowMs + Math.min(recoveryMaxMs, recoveryMs * 2 ** this.#opened);
    this.#opened += 1;
    this.#turn("open");
  }

  #turn(state: "closed" | "open" | "half_open"): void {
    this.state = state;
    this.life += 1;
    this.#inARow = 0;
    this.underWay.clear();
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))("history %d goes as the diagram says", (seed) => {
  const random = createRandom(seed);
  // Probes of this history end before they would be given up.
  const policy = { ...defaultPolicy, rampMs: 0, recoveryMs: 1e9, recoveryMaxMs: 5e9, windowMs: 60_000 };
  policy.failures = 1 + Math.floor(random() * 6);
  policy.minimumRequests = 1 + Math.floor(random() * 10);
  policy.halfOpenRequests = 1 + Math.floor(random() * 5);
  policy.successes = 1 + Math.floor(random() * 6);
  const { circuit, clock } = createScene(policy);
  const model = new Model(policy);
  const open: { readonly id: number; readonly ticket: number; readonly life: number }[] = [];
  const seen = new Set<string>();
  const failing = 0.1 + 0.5 * random();
  let mostProbes = 0;

  for (let step = 0; step < 3000; step += 1) {
    model.passTime(clock.monotonic());
    if (random() < 0.5) {
      const isWanted = model.admits();
      const ticket = circuit.admit();
      expect(ticket !== undefined).toBe(isWanted);
      if (ticket !== undefined) {
        open.push({ id: step, ticket, life: model.life });
        model.underWay.add(step);
      }
    } else if (open.length > 0) {
      const [request] = open.splice(Math.floor(random() * open.length), 1);
      if (request === undefined) continue;
      const outcome = random() < failing ? "bad" : pick(random, ["good", "good", "good", "left"] as const);
      if (outcome === "good") circuit.succeeded(request.ticket);
      else if (outcome === "bad") circuit.failed(request.ticket, "answered 503");
      else circuit.undecided(request.ticket);
      model.underWay.delete(request.id);
      model.settle(request.life, outcome, clock.monotonic());
    }
    expect(circuit.state).toBe(model.state);
    seen.add(model.state);
    if (model.state === "half_open") mostProbes = Math.max(mostProbes, model.underWay.size);
    if (random() < 0.3) clock.pass(Math.floor(random() * 3000));
    if (model.state === "open" && random() < 0.2) clock.pass(circuit.remainingMs);
  }
  expect([...seen].toSorted()).toEqual(["closed", "half_open", "open"]);
  expect(mostProbes).toBeLessThanOrEqual(policy.halfOpenRequests);
  expect(mostProbes).toBeGreaterThan(0);
});
