import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { openAccountPair } from "./shared-accounts.ts";

test.concurrent(
  "a session goes on at whichever gateway it is refreshed",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    let { refresh_token: token } = await first.logAdaIn();
    for (const { refresh } of [second, first, second, second, first]) {
      const next = await refresh(token);
      expect(next.status).toBe(200);
      for (const { me } of [first, second]) expect((await me(next.body.access_token)).status).toBe(200);
      token = next.body.refresh_token;
    }
  },
  30_000,
);

test.concurrent(
  "a refresh token that comes again at another gateway ends the whole family on both",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    const others = await second.logAdaIn();
    const stolen = await first.logAdaIn();
    const next = (await second.refresh(stolen.refresh_token)).body;
    for (const { me } of [first, second]) expect((await me(next.access_token)).status).toBe(200);

    const again = await first.refresh(stolen.refresh_token);
    expect([again.status, again.error?.code]).toEqual([401, "AUTH_ERROR"]);
    for (const gateway of [first, second]) {
      for (const { access_token: token } of [stolen, next]) {
        await waitFor("the token to be refused", async () => (await gateway.me(token)).status === 401, 2_000);
        expect((await gateway.me(token)).error?.details.reason).toBe("revoked");
      }
      expect((await gateway.refresh(next.refresh_token)).status).toBe(401);
      expect((await gateway.me(others.access_token)).status).toBe(200);
    }
    expect((await first.refresh(others.refresh_token)).status).toBe(200);
  },
  30_000,
);

test.concurrent(
  "of two uses at the same moment at two gateways at most one wins, fifty times",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    for (let round = 0; round < 50; round += 1) {
      const { refresh_token: token } = await (round % 2 === 0 ? first : second).logAdaIn();
      const answers = await Promise.all([first.refresh(token), second.refresh(token)]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
      const winner = answers.find(({ status }) => status === 200)?.body;
      // The other use ended it all.
      if (round % 10 === 0) expect((await first.refresh(winner?.refresh_token)).status).toBe(401);
    }
  },
  40_000,
);
