import { describe, expect, test } from "bun:test";
import { createStore } from "../../src/store/create-store.ts";
import { isRedisUrl, parseRedisUrl, type RedisTarget } from "../../src/store/redis/redis-url.ts";
import { systemClock } from "../../src/clock.ts";
import { listeningLog } from "./listening-log.ts";

const plain: RedisTarget = {
  kind: "single",
  tls: false,
  hosts: [{ host: "h", port: 6379 }],
  username: undefined,
  password: undefined,
  master: "",
  database: 0,
};

describe("a Redis URL is understood", () => {
  test.each<[string, Partial<RedisTarget>]>([
    ["redis://h", {}],
    ["redis://h/", {}],
    ["rediss://h:7000/3", { tls: true, hosts: [{ host: "h", port: 7000 }], database: 3 }],
    ["redis://:p%40ss@h", { password: "p@ss" }],
    ["redis://ada:p:w@[::1]:7/0", { username: "ada", password: "p:w", hosts: [{ host: "::1", port: 7 }] }],
    [
      "redis+sentinel://u:p@a:1,b/main/2",
      { kind: "sentinel", username: "u", password: "p", master: "main", database: 2, hosts: hosts("a:1", "b:26379") },
    ],
    ["rediss+sentinel://a/main", { kind: "sentinel", tls: true, master: "main", hosts: hosts("a:26379") }],
    ["redis+cluster://a:1,b:2,c", { kind: "cluster", hosts: hosts("a:1", "b:2", "c:6379") }],
    ["rediss+cluster://:p@a", { kind: "cluster", tls: true, password: "p", hosts: hosts("a:6379") }],
  ])("%s", (url, parts) => {
    expect(parseRedisUrl(url)).toEqual({ ...plain, ...parts });
    expect(isRedisUrl(url)).toBe(true);
  });
});

describe("a Redis URL is refused without being repeated", () => {
  test.each([
    "",
    "h:6379",
    "http://:s3cret@h",
    "redis://",
    "redis://:s3cret@",
    "redis://user-s3cret@h",
    "redis://:s3cret@h:0",
    "redis://:s3cret@h:65536",
    "redis://:s3cret@h:port",
    "redis://:s3cret@h/x",
    "redis://:s3cret@h/1/2",
    "redis://:s3cret@h?family=6",
    "redis://:s3cret%zz@h",
    "redis://:s3cret@a,b",
    "redis://:s3cret@a b",
    "redis+sentinel://:s3cret@a",
    "redis+sentinel://:s3cret@a/",
    "redis+cluster://:s3cret@a/1",
    "redis+cluster://:s3cret@a,,b",
    "redis+other://:s3cret@a",
  ])("%s", (url) => {
    expect(isRedisUrl(url)).toBe(false);
    const settings = { redisUrl: url, redisPrefix: "gw:", dataDir: undefined };
    const make = () => createStore(settings, { clock: systemClock, log: listeningLog() });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/^redis_url: wanted redis:\/\//);
    expect(make).not.toThrow(/s3cret/);
  });
});

function hosts(...texts: readonly string[]) {
  return texts.map((text) => {
    const [host = "", port] = text.split(":");
    return { host, port: Number(port) };
  });
}
