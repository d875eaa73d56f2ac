import { changes, newStore } from "./stores.ts";

// Writes numbers into the data directory it is given, with a pause in ms between, and prints each once it is acknowledged,
// and what it logs.
const [, , dataDir = "", pauseMs = "0"] = process.argv;
const { store, log } = newStore({ dataDir });
const table = store.table("t");
await store.open();
let logged = 0;
for (let i = 0; ; i += 1) {
  const text = `${i} ${"x".repeat(1_000)}`;
  if (!(await table.commit(changes({ [`k${i % 100}`]: text, last: String(i) }), table.version))) break;
  process.stdout.write(`${i}\n`);
  for (const { level, message } of log.lines.slice(logged)) process.stdout.write(`${level} ${message}\n`);
  logged = log.lines.length;
  if (pauseMs !== "0") await Bun.sleep(Number(pauseMs));
}
