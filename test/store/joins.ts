import { newStore } from "./stores.ts";

// A gateway's store alone in a process: prints its id, and closes when its standard input ends.
const [, , redisUrl = "", redisPrefix = ""] = process.argv;
const { store } = newStore({ redisUrl, redisPrefix });
await store.open();
process.stdout.write(`${store.members.self}\n`);
await Bun.stdin.text();
await store.close();
