import { beforeEach, describe, expect, test } from "bun:test";
import { routeSchema } from "@isaas/gateway-sdk/contract";
import { Catalogue } from "../../../plugins/registry/catalogue.ts";
import { createRecordParser, type InstanceRecord, keyOf } from "../../../plugins/registry/record.ts";
import { changes, newStore } from "../../store/stores.ts";
import { toRecord, toRoute } from "./parts.ts";

let { store, log } = newStore();
let catalogue: Catalogue;
let heard: string[][];

beforeEach(() => {
  ({ store, log } = newStore());
  catalogue = new Catalogue(store.table("instances"), createRecordParser(routeSchema), log);
  heard = [];
});

const start = () => catalogue.start((keys) => heard.push([...keys]));
const putText = (entries: Record<string, string | undefined>) => store.table("instances").put(changes(entries));
const put = (...records: InstanceRecord[]) =>
  putText(Object.fromEntries(records.map((one) => [keyOf(one.service_name, one.instance_id), JSON.stringify(one)])));
const stock = toRecord({ service_name: "stock_service", routes: [toRoute("/api/v1/stock")] });

test("what is there is told at once, what comes later as it comes", async () => {
  await put(toRecord(), stock);
  start();
  expect(heard).toEqual([["billing_service/one", "stock_service/one"]]);
  await put(toRecord({ instance_id: "two" }));
  await putText({ "billing_service/one": undefined });
  expect(heard.slice(1)).toEqual([["billing_service/two"], ["billing_service/one"]]);
});

test("nothing is told where nothing is there", () => {
  start();
  expect([heard, catalogue.size, [...catalogue.services]]).toEqual([[], 0, []]);
});

test("an instance is found by its service and id, by its key, and among its service's", async () => {
  start();
  const two = toRecord({ instance_id: "two" });
  await put(toRecord(), two, stock);
  expect(catalogue.find("billing_service", "two")).toEqual(two);
  expect(catalogue.at("stock_service/one")).toEqual(stock);
  expect([...catalogue.instancesOf("billing_service").keys()]).toEqual(["billing_service/one", "billing_service/two"]);
  expect(catalogue.size).toBe(3);
});

test("the last word on an instance counts, and when the last one goes its service goes with its routes", async () => {
  start();
  await put(toRecord({ weight: 1 }));
  await put(toRecord({ weight: 7 }));
  expect(catalogue.at("billing_service/one")?.weight).toBe(7);
  expect(catalogue.routesOf("billing_service")).toMatchObject([{ path_prefix: "/api/v1/billing" }]);
  await putText({ "billing_service/one": undefined });
  expect(catalogue.routesOf("billing_service")).toBeUndefined();
  expect([catalogue.services.size, catalogue.size]).toEqual([0, 0]);
});

test("who asks for what cannot be there gets nothing", async () => {
  start();
  await put(toRecord());
  for (const key of ["", "/", "billing_service", "billing_service/", "/one", "__proto__/constructor"]) {
    expect(catalogue.at(key)).toBeUndefined();
  }
  expect(catalogue.find("billing_service/one", "")).toBeUndefined();
  expect(catalogue.find("__proto__", "constructor")).toBeUndefined();
  expect(catalogue.instancesOf("__proto__").size).toBe(0);
});

describe("what somebody else wrote", () => {
  test("is ignored with a warning that does not repeat it", async () => {
    start();
    await putText({ "billing_service/one": '{"hunter2":1}', "hunter2 \n": JSON.stringify(toRecord()) });
    expect(catalogue.size).toBe(0);
    expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ["warn", { key: "billing_service/one" }],
      ["warn", { key: "unreadable" }],
    ]);
  });

  test("under another key than its own does not count, not even under one of another service", async () => {
    start();
    await putText({
      "stock_service/one": JSON.stringify(toRecord()),
      "billing_service/two": JSON.stringify(toRecord()),
    });
    expect(catalogue.size).toBe(0);
  });

  test("in place of a record takes that record away", async () => {
    start();
    await put(toRecord());
    await putText({ "billing_service/one": "{}" });
    expect([catalogue.size, heard.length]).toEqual([0, 2]);
  });
});
