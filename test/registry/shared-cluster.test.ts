import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openSharedScene } from "./shared-scene.ts";

test("a Redis Cluster does as well: register, route, renew, drain, remove", async () => {
  await using scene = await openSharedScene({ cluster: true });
  const first = await scene.gateway();
  const second = await scene.gateway();
  const instance = await scene.instance();
  const { instance_id: id, lease_token: token } = await first.registry.bring(bodyOf("spread", instance));
  const untilAnswers = (wanted: number) =>
    waitFor(`${wanted} from the second gateway`, async () => (await second.get("/spread/x")).status === wanted, 2_000);
  await untilAnswers(200);
  expect((await second.registry.heartbeat("spread_service", id, token)).status).toBe(200);
  await second.registry.patch("spread_service", id, { status: "draining" }, token);
  await untilAnswers(503);
  expect((await second.registry.remove("spread_service", id, token)).status).toBe(204);
  await untilAnswers(404);
  await first.registry.waitForStatus("spread_service", undefined);
}, 30_000);
