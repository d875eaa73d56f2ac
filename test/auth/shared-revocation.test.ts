import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { type Gateway, openAccountPair } from "./shared-accounts.ts";

/** A second is promised; the rest is for slow machines. */
const limitMs = 2_000;

async function expectRevoked(gateway: Gateway, token: string): Promise<void> {
  await waitFor("the token to be refused", async () => (await gateway.me(token)).status === 401, limitMs);
  expect((await gateway.me(token)).error?.details.reason).toBe("revoked");
}

test.concurrent(
  "a token that one gateway revoked is refused by the other, and by one that starts later",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    const [{ access_token: token }, { access_token: other }] = [await first.logAdaIn(), await second.logAdaIn()];
    // Both gateways know both tokens by now.
    for (const { me } of [first, second]) {
      expect([(await me(token)).status, (await me(other)).status]).toEqual([200, 200]);
    }
    expect((await first.revoke(token)).status).toBe(200);
    expect((await first.me(token)).status).toBe(401);
    await expectRevoked(second, token);
    expect((await second.me(other)).status).toBe(200);

    const third = await pair.gateway();
    await expectRevoked(third, token);
    await second.shared.process.stop();
    await first.shared.kill();
    const fourth = await pair.gateway();
    await expectRevoked(fourth, token);
    expect((await fourth.me(other)).status).toBe(200);
  },
  30_000,
);

test.concurrent(
  "a flushed Redis forgets no revocation, and a gateway that starts afterwards learns it",
  async () => {
    await using pair = await openAccountPair();
    const { first, second, redis } = pair;
    const before = await first.logAdaIn();
    await first.revoke(before.access_token);
    await expectRevoked(second, before.access_token);
    const later = await first.logAdaIn();
    await redis.command("FLUSHALL");
    // At once, when neither gateway may have noticed.
    await second.revoke(later.access_token);
    for (const { access_token: token } of [before, later]) {
      await expectRevoked(first, token);
      await expectRevoked(second, token);
    }
    const third = await pair.gateway();
    await expectRevoked(third, before.access_token);
    await expectRevoked(third, later.access_token);
  },
  30_000,
);

test.concurrent(
  "what is revoked while Redis is away ends here at once, and everywhere when it is back",
  async () => {
    await using pair = await openAccountPair();
    const { first, second, redis } = pair;
    const { access_token: token } = await first.logAdaIn();
    await redis.kill();
    expect((await first.revoke(token)).status).toBe(200);
    expect((await first.me(token)).error?.details.reason).toBe("revoked");
    expect((await second.me(token)).status).toBe(200);
    await redis.restart();
    await waitFor("the token to be refused", async () => (await second.me(token)).status === 401, 5_000);
    await expectRevoked(await pair.gateway(), token);
  },
  30_000,
);

test.concurrent(
  "a gateway that nobody could tell learns what was revoked meanwhile",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    const { access_token: token } = await first.logAdaIn();
    expect((await second.me(token)).status).toBe(200);
    for (const part of ["cut", "blackhole"] as const) {
      const { access_token: more } = await first.logAdaIn();
      second.shared.relay[part]();
      await first.revoke(more);
      expect((await second.me(more)).status).toBe(200);
      second.shared.relay.heal();
      await waitFor(`${part} to be over`, async () => (await second.me(more)).status === 401, 5_000);
    }
    expect((await second.me(token)).status).toBe(200);
  },
  30_000,
);
