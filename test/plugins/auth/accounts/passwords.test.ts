import { beforeAll, describe, expect, test } from "bun:test";
import { createDecoyHash } from "../../../../plugins/auth/accounts/decoy-hash.ts";
import { Passwords } from "../../../../plugins/auth/accounts/passwords.ts";
import { listeningLog } from "../../../store/listening-log.ts";
import { thrownBy } from "../../registry/thrown.ts";
import { hashCheaply } from "./users-file.ts";

function newPasswords(hashes: readonly string[] = [], more: { concurrent?: number; queued?: number } = {}) {
  const decoy = createDecoyHash(hashes);
  const log = listeningLog();
  return { passwords: new Passwords({ decoyHash: () => decoy, log, ...more }), log };
}

const kinds = [
  ["argon2id", { algorithm: "argon2id", memoryCost: 16_384, timeCost: 2 }],
  ["argon2i", { algorithm: "argon2i", memoryCost: 1024, timeCost: 3 }],
  ["argon2d", { algorithm: "argon2d", memoryCost: 1024, timeCost: 3 }],
  ["bcrypt", { algorithm: "bcrypt", cost: 8 }],
] as const;

describe.each(kinds)("a hash of %s", (_, how) => {
  let hash: string;
  beforeAll(async () => {
    hash = await Bun.password.hash("correct horse", how);
  });

  test("fits its password alone", async () => {
    const { passwords, log } = newPasswords([hash]);
    expect(await passwords.verify(hash, "correct horse")).toBe(true);
    expect(await passwords.verify(hash, "correct horsf")).toBe(false);
    expect(await passwords.verify(undefined, "correct horse")).toBe(false);
    expect(log.lines).toEqual([]);
  });

  test("has decoys of the same kind and cost that no password fits and that differ", async () => {
    const decoys = [createDecoyHash([hash]), createDecoyHash([hash])];
    expect(new Set([...decoys, hash]).size).toBe(3);
    for (const decoy of decoys) {
      expect(decoy).toHaveLength(hash.length);
      expect(decoy.slice(0, 29)).toBe(hash.slice(0, 29));
      expect(await Bun.password.verify("correct horse", decoy)).toBe(false);
    }
  });
});

test("the decoy is like most hashes, and like a default one where there are none", async () => {
  const cheap = await Promise.all(["a", "b"].map(hashCheaply));
  const dear = await Bun.password.hash("c", { algorithm: "bcrypt", cost: 4 });
  expect(createDecoyHash([dear, ...cheap])).toStartWith("$argon2id$v=19$m=8,t=1,p=1$");
  expect(createDecoyHash([dear, dear, ...cheap, dear])).toStartWith("$2b$04$");
  const parameters = (hash: string): string => hash.split("$").slice(0, 4).join("$");
  expect(parameters(createDecoyHash([]))).toBe(parameters(await Bun.password.hash("d")));
});

test("an unknown user and a wrong password take the same time", async () => {
  const hash = await Bun.password.hash("right", { algorithm: "argon2id", memoryCost: 32_768, timeCost: 2 });
  const { passwords } = newPasswords([hash]);
  const measure = async (known: string | undefined): Promise<number> => {
    const start = performance.now();
    expect(await passwords.verify(known, "wrong")).toBe(false);
    return performance.now() - start;
  };
  const times: { readonly unknown: number; readonly wrong: number }[] = [];
  await measure(hash);
  // In turn, so that whatever else the machine does hits both.
  for (let i = 0; i < 15; i += 1) times.push({ unknown: await measure(undefined), wrong: await measure(hash) });
  const median = (of: "unknown" | "wrong"): number => times.map((time) => time[of]).sort((a, b) => a - b)[7] ?? 0;
  const ratio = median("unknown") / median("wrong");
  expect(ratio).toBeGreaterThan(1 / 1.5);
  expect(ratio).toBeLessThan(1.5);
  // No password is hashed, and a hash of 32 MiB takes more than a millisecond.
  expect(median("wrong")).toBeGreaterThan(1);
}, 30_000);

test("no password, and one of more than 1,024 bytes, are false whoever's they are", async () => {
  const long = "ä".repeat(512);
  const hash = await hashCheaply(long);
  const { passwords } = newPasswords([hash]);
  expect(await passwords.verify(hash, long)).toBe(true);
  expect(await passwords.verify(await hashCheaply(`${long}x`), `${long}x`)).toBe(false);
  expect(await passwords.verify(hash, "")).toBe(false);
  expect(await passwords.verify(undefined, "x".repeat(1_000_000))).toBe(false);
});

test("beyond those at work and those waiting, SERVICE_UNAVAILABLE is told at once; later there is room again", async () => {
  const hash = await Bun.password.hash("right", { algorithm: "argon2id", memoryCost: 8192, timeCost: 2 });
  const { passwords } = newPasswords([hash], { concurrent: 1, queued: 3 });
  const tries = Array.from({ length: 10 }, () => passwords.verify(hash, "right"));
  const settled = await Promise.allSettled(tries);
  expect(settled.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 4 }, () => "fulfilled" as const),
    ...Array.from({ length: 6 }, () => "rejected" as const),
  ]);
  expect(await passwords.verify(hash, "right")).toBe(true);
  const all = Array.from({ length: 5 }, () => passwords.verify(hash, "right"));
  const error = await thrownBy(() => all.at(-1));
  expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", status: 503, headers: { "retry-after": "1" } });
  expect(await Promise.all(all.slice(0, 4))).toEqual([true, true, true, true]);
});

test("the main thread goes on while passwords are verified", async () => {
  const hash = await Bun.password.hash("right", { algorithm: "argon2id", memoryCost: 65_536, timeCost: 4 });
  const { passwords } = newPasswords([hash]);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await passwords.verify(hash, "right").finally(() => clearInterval(timer));
  expect(turns).toBeGreaterThan(5);
});

test("a hash that cannot be verified fits nothing, and only the log tells", async () => {
  const { passwords, log } = newPasswords();
  const odd = `$argon2id$v=19$m=99999999,t=9999,p=999$${"A".repeat(6)}$${"A".repeat(43)}`;
  expect(await passwords.verify(odd, "right")).toBe(false);
  expect(log.of("error")).toEqual(["a password hash of the users file cannot be verified"]);
  expect(JSON.stringify(log.lines)).not.toContain("AAAA");
});

test("nobody gets in as nobody, even by a password that fits the decoy", async () => {
  const decoy = await hashCheaply("right");
  const passwords = new Passwords({ decoyHash: () => decoy, log: listeningLog() });
  expect(await passwords.verify(undefined, "right")).toBe(false);
});
