import { expect, test } from "bun:test";
import { Circuits } from "../../../plugins/breakers/circuits.ts";
import { Circuit } from "../../../plugins/breakers/circuit.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { defaultPolicy } from "./circuit-at.ts";

function createCircuits() {
  const live = new Set<string>();
  const clock = createManualClock();
  const create = (service: string): Circuit =>
    new Circuit({
      service,
      policy: defaultPolicy,
      clock,
      isPassedOver: () => false,
      random: Math.random,
      onChange: () => {},
    });
  return { live, circuits: new Circuits(create, (service) => live.has(service)) };
}

test("a service has one circuit, whoever asks", () => {
  const { circuits } = createCircuits();
  const circuit = circuits.of("a_service");
  expect(circuits.of("a_service")).toBe(circuit);
  expect([circuits.find("a_service"), circuits.find("b_service")]).toEqual([circuit, undefined]);
});

test("shown are those of live services, by name", () => {
  const { live, circuits } = createCircuits();
  for (const name of ["c_service", "a_service", "b_service"]) circuits.of(name);
  live.add("c_service").add("a_service");
  expect(circuits.all.map(({ service }) => service)).toEqual(["a_service", "c_service"]);
});

test("ten thousand services that came and went leave hundreds of circuits at most, and the live one keeps its own", () => {
  const { live, circuits } = createCircuits();
  const kept = circuits.of("kept_service");
  live.add("kept_service");
  for (let index = 0; index < 10_000; index += 1) circuits.of(`gone_${index}`);
  const left = Array.from({ length: 10_000 }, (_, index) => circuits.find(`gone_${index}`)).filter(Boolean);
  expect(left.length).toBeLessThan(200);
  expect(circuits.find("kept_service")).toBe(kept);
});
