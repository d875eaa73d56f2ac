/**
 * Bun's fetch runs 256 requests at once in the whole process; the rest queue behind them, other services' too.
 * Only the environment at process start raises that, so the process replaces itself once, before anything else runs.
 * Imported first by main for that reason.
 */
const variable = "BUN_CONFIG_MAX_HTTP_REQUESTS";
const requestsAtOnce = "65535";

if (process.env[variable] === undefined && process.execve !== undefined) {
  // In the executable argv[1] is the embedded entry; with `bun src/main.ts` it is the file to run.
  const args = Bun.main.startsWith("/$bunfs/") ? process.argv.slice(2) : process.argv.slice(1);
  process.execve(process.execPath, [process.execPath, ...args], {
    ...process.env,
    [variable]: requestsAtOnce,
  } as Record<string, string>);
}
