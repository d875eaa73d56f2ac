import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { asymmetricAlgorithms } from "../../../../plugins/auth/tokens/algorithms.ts";
import { RemoteKeys } from "../../../../plugins/auth/tokens/remote-keys.ts";
import { SharedSecret } from "../../../../plugins/auth/tokens/shared-secret.ts";
import { trustIssuer, trustOwn } from "../../../../plugins/auth/tokens/trust.ts";
import { Verifier } from "../../../../plugins/auth/tokens/verifier.ts";
import { fetchForGateway } from "../../../../src/proxy/fetch-transport.ts";
import { createManualClock, type ManualClock } from "../../../support/manual-clock.ts";
import { listeningLog, type ListeningLog } from "../../../store/listening-log.ts";
import { faultOf } from "./faults.ts";
import { type IssuerProcess, startIssuer } from "./issuer-process.ts";
import { secret, tokenOf } from "./raw-token.ts";

const minuteMs = 60_000;
let issuer: IssuerProcess;
let clock: ManualClock;
let log: ListeningLog;
let verifier: Verifier;

beforeEach(async () => {
  issuer = await startIssuer();
  await issuer.add("es", "ES256");
  clock = createManualClock();
  log = listeningLog();
  verifier = create();
});
afterEach(() => issuer.kill());

function create(options: { audience?: string; scopes?: readonly string[]; algorithms?: ("ES256" | "RS256")[] } = {}) {
  const { audience, scopes = ["read", "write"], algorithms = asymmetricAlgorithms } = options;
  const keys = new RemoteKeys({
    issuer: "other",
    jwksUri: `${issuer.url}/jwks.json`,
    algorithms,
    fetch: fetchForGateway,
    clock,
    log,
  });
  const other = trustIssuer({ issuer: "other", audience, scopes }, keys, undefined);
  const own = trustOwn(new SharedSecret(secret), "us", undefined);
  return new Verifier({ trusted: [own, other], revocations: { isRevoked: () => false }, clock });
}

const claims = (more: object = {}): object => {
  const now = clock.now() / 1000;
  return {
    iss: "other",
    sub: "bob",
    exp: now + 2 * 86_400,
    iat: now,
    jti: crypto.randomUUID(),
    scope: "read",
    ...more,
  };
};
const sign = (more: object = {}, kid = "es", header: object = {}): Promise<string> =>
  issuer.sign(kid, claims(more), header);
const ends = (token: string): Promise<string> => faultOf(() => verifier.verify(token));

/** The status it ends with, for what is not the token's fault. */
async function statusOf(token: string): Promise<number> {
  try {
    await verifier.verify(token);
    return 200;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(Number(error.headers["retry-after"])).toBeGreaterThan(0);
    expect(JSON.stringify([error.message, error.details])).not.toContain("127.0.0.1");
    return error.status;
  }
}

describe("a trusted issuer's token", () => {
  test.each([...asymmetricAlgorithms])("counts when it is signed with %s", async (alg) => {
    await issuer.add("k", alg);
    expect(await ends(await sign({}, "k"))).toBe("counts");
  });

  test("says whose it is, under an id that no other token has", async () => {
    const verified = await verifier.verify(
      await sign({ jti: "j", sid: "f", services: ["x"], scope: "read write admin service" }),
    );
    expect(verified.family).toBeUndefined();
    expect(verified.principal).toMatchObject({
      kind: "user",
      subject: "bob",
      issuer: "other",
      scopes: ["read", "write"],
    });
    expect(verified.principal.services).toBeUndefined();
    expect(verified.jti).toMatch(/^[\w-]{43}$/);
    const [first, second] = [await sign({ jti: undefined }), await sign({ jti: undefined, sub: "eve" })];
    expect((await verifier.verify(first)).jti).not.toBe((await verifier.verify(second)).jti);
  });

  test("is a client's where the subject is the client", async () => {
    const { principal } = await verifier.verify(await sign({ client_id: "bob" }));
    expect(principal.kind).toBe("client");
  });

  test("may do what the settings list, and nothing beside", async () => {
    verifier = create({ scopes: ["read", "admin"] });
    const { principal } = await verifier.verify(
      await sign({ scope: undefined, scp: ["admin", "write", "administrator"] }),
    );
    expect(principal.scopes).toEqual(["admin"]);
  });

  test("has to be for the audience of the settings", async () => {
    verifier = create({ audience: "us" });
    expect(await ends(await sign())).toBe("wrong_audience");
    expect(await ends(await sign({ aud: ["them", "us"] }))).toBe("counts");
  });

  test.each([["JWT"], ["jwt"], ["at+jwt"], ["application/at+jwt"]])("may be of type %s", async (typ) => {
    expect(await ends(await sign({}, "es", { typ }))).toBe("counts");
  });

  test.each([["gateway-assertion+jwt"], ["id+jwt"], ["logout+jwt"], [""]])("is none of type %s", async (typ) => {
    expect(await ends(await sign({}, "es", { typ }))).toBe("malformed");
  });

  test("needs no kid when there is one key of its algorithm, and needs it when there are two", async () => {
    expect(await ends(await sign({}, "es", { kid: "none" }))).toBe("counts");
    await issuer.add("es2", "ES256");
    clock.pass(11 * minuteMs);
    expect(await ends(await sign({}, "es2"))).toBe("counts");
    expect(await ends(await sign({}, "es", { kid: "none" }))).toBe("bad_signature");
  });

  test("is not verified with an algorithm that the settings leave out", async () => {
    verifier = create({ algorithms: ["RS256"] });
    expect(await ends(await sign())).toBe("bad_signature");
    expect(await issuer.asked()).toBe(0);
  });

  test("counts for nobody else: not for us, and not for an issuer that is not trusted", async () => {
    expect(await ends(await sign({ iss: "us" }))).toBe("bad_signature");
    expect(await ends(await sign({ iss: undefined }))).toBe("wrong_issuer");
    expect(await ends(await sign({ iss: "another" }))).toBe("wrong_issuer");
    expect(await ends(tokenOf({ alg: "HS256", typ: "at+jwt" }, claims()))).toBe("bad_signature");
  });
});

describe("its keys", () => {
  test("are fetched once for a hundred requests that wait, and not again for ten minutes", async () => {
    await issuer.mode("slow");
    const tokens = await Promise.all(Array.from({ length: 100 }, () => sign()));
    expect(new Set(await Promise.all(tokens.map(ends)))).toEqual(new Set(["counts"]));
    expect(await issuer.asked()).toBe(1);
    clock.pass(9 * minuteMs);
    expect(await ends(await sign())).toBe("counts");
    expect(await issuer.asked()).toBe(1);
  });

  test("are fetched anew after ten minutes, while the old ones serve", async () => {
    await ends(await sign());
    await issuer.mode("silent");
    clock.pass(11 * minuteMs);
    const token = await sign();
    expect(await Promise.race([ends(token), Bun.sleep(2000).then(() => "waits")])).toBe("counts");
    expect(await issuer.asked()).toBe(2);
  });

  test("serve for a day when their server is away, which the log says once, then not at all", async () => {
    await ends(await sign());
    const tokens = await Promise.all(Array.from({ length: 30 }, () => sign()));
    await issuer.kill();
    for (const token of tokens.slice(0, 23)) {
      clock.pass(60 * minuteMs);
      expect(await ends(token)).toBe("counts");
      await Bun.sleep(5);
    }
    expect(log.of("warn")).toEqual(["an issuer's keys cannot be fetched"]);
    clock.pass(61 * minuteMs);
    expect(await statusOf(tokens[28] ?? "")).toBe(503);
    expect(log.of("warn")).toHaveLength(1);
    issuer = await startIssuer(Number(new URL(issuer.url).port));
    await issuer.add("es", "ES256");
    clock.pass(minuteMs);
    expect(await ends(await sign())).toBe("counts");
    expect(log.of("info")).toEqual(["an issuer's keys can be fetched again"]);
  });

  test("that are new are found once a minute at most", async () => {
    await ends(await sign());
    await issuer.add("new", "ES256");
    const token = await sign({}, "new");
    expect(await ends(token)).toBe("bad_signature");
    clock.pass(minuteMs);
    // All that wait for the same question get its answer.
    expect(await Promise.all(Array.from({ length: 10 }, async () => ends(await sign({}, "new"))))).toEqual(
      Array.from({ length: 10 }, () => "counts"),
    );
    expect(await issuer.asked()).toBe(2);
    for (let index = 0; index < 50; index += 1)
      expect(await ends(await sign({}, "es", { kid: `k${index}` }))).toBe("bad_signature");
    expect(await issuer.asked()).toBe(2);
  });

  test("that are gone verify nothing once the set has been fetched anew", async () => {
    await issuer.add("old", "ES256");
    await ends(await sign());
    const token = await sign({}, "old");
    await issuer.remove("old");
    clock.pass(11 * minuteMs);
    await ends(await sign());
    // Whoever names a key that nobody knows waits for the fetch that is under way.
    await ends(await sign({}, "es", { kid: "unknown" }));
    expect(await ends(token)).toBe("bad_signature");
  });

  test("that are broken or symmetric are passed over", async () => {
    await issuer.mode("odd keys");
    expect(await ends(await sign())).toBe("counts");
    for (const kid of [undefined, "es", "oct"]) {
      expect(await ends(tokenOf({ alg: "HS256", typ: "at+jwt", kid }, claims()))).toBe("bad_signature");
    }
  });

  test.each(["broken", "garbage", "no keys", "huge", "redirect"])(
    "of a server that is %s: 503, and well again soon",
    async (mode) => {
      await issuer.mode(mode);
      const token = await sign();
      expect(await statusOf(token)).toBe(503);
      expect(await statusOf(token)).toBe(503);
      expect(await issuer.asked()).toBe(1);
      await issuer.mode("well");
      clock.pass(5000);
      expect(await statusOf(token)).toBe(200);
    },
  );

  test.each(["silent", "dripping"])("of a server that is %s: 503 after some seconds", async (mode) => {
    await issuer.mode(mode);
    expect(await statusOf(await sign())).toBe(503);
  });

  test("the log names neither the server's address nor what it said", async () => {
    for (const mode of ["garbage", "broken"]) {
      await issuer.mode(mode);
      await statusOf(await sign());
      clock.pass(minuteMs);
    }
    await issuer.kill();
    expect(JSON.stringify(log.lines)).not.toMatch(/127\.0\.0\.1|Welcome|out of order/);
  });
});
