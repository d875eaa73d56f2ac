import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Members } from "@isaas/gateway-sdk/store";
import { InFlightTold } from "../../../plugins/registry/in-flight-told.ts";
import { openParts, type Parts, toRegistration } from "./parts.ts";

let parts: Parts;
beforeEach(async () => {
  parts = await openParts();
});
afterEach(() => parts.store.close());

const key = "billing_service/one";

/** This gateway among others that told this. */
function among(...others: string[]): { readonly members: Members; readonly told: () => string } {
  let told = "";
  const members: Members = {
    self: "self",
    leading: true,
    get all() {
      return [{ id: "self", data: told }, ...others.map((data, index) => ({ id: `other${index}`, data }))];
    },
    tell: (data) => void (told = data),
    onChange() {},
  };
  return { members, told: () => told };
}

describe("what is told to the other gateways", () => {
  test("are the requests of instances that drain, and nothing when there are none", async () => {
    const { members, told } = among();
    const inFlight = new InFlightTold(members, parts.catalogue, parts.servicesOf("registry"));
    for (const [instance_id, port] of [
      ["one", 1],
      ["two", 2],
      ["three", 3],
    ] as const) {
      await parts.registrar.register(toRegistration({ instance_id, port }));
    }
    const instances = ["one", "two", "three"].map((id) => ({
      id,
      url: "http://127.0.0.1:9",
      authority: undefined,
      weight: 1,
      open: true,
    }));
    parts.servicesOf("registry").publish("billing_service", { routes: [], instances, lastCheck: () => null });
    parts.directory.publish(
      "registry",
      "billing_service",
      [
        {
          pathPrefix: "/api/v1/billing",
          methods: ["GET"],
          service: "billing_service",
          stripPrefix: true,
          timeoutMs: 1,
          retries: 2,
          retryUnsafe: false,
          policies: new Set(),
          balance: { policy: "least_loaded", hash_on: "client_address" },
          plugins: {},
        },
      ],
      instances,
    );
    const { entry } = parts.table.match("GET", "/api/v1/billing");
    if (entry === undefined || !("target" in entry)) throw new Error("no route");
    for (const instance of entry.target.instances) instance.inFlight = 5;

    inFlight.tell();
    expect(told()).toBe("");
    await parts.registrar.setDraining(key, true);
    inFlight.tell();
    expect(JSON.parse(told())).toEqual({ [key]: 5 });
    for (const instance of entry.target.instances) instance.inFlight = 0;
    inFlight.tell();
    expect(told()).toBe("");
  });
});

describe("what the others told", () => {
  const elsewhere = (...others: string[]) => {
    const { members } = among(...others);
    members.tell(JSON.stringify({ [key]: 100 }));
    return new InFlightTold(members, parts.catalogue, parts.servicesOf("registry")).elsewhere(key);
  };

  test("is added up, without what this gateway told itself", () => {
    expect(elsewhere()).toBe(0);
    expect(elsewhere("", JSON.stringify({ [key]: 2, "b/c": 9 }), JSON.stringify({ [key]: 3 }))).toBe(5);
  });

  test.each([
    "",
    "{",
    "null",
    "7",
    "[]",
    '"x"',
    `{"${key}":"7"}`,
    `{"${key}":-7}`,
    `{"${key}":1.5}`,
    `{"${key}":1e99}`,
    `{"${key}":null}`,
  ])("counts for nothing when it is %s", (data) => {
    expect(elsewhere(data)).toBe(0);
  });
});
