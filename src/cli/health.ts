import { askGateway } from "./ask.ts";
import type { CommandContext } from "./context.ts";
import { wantedGateway } from "./gateway-url.ts";

/** Exit code 0 when the gateway is ready: for a container's HEALTHCHECK, which has no curl. */
export async function health(context: CommandContext): Promise<number> {
  const reply = await askGateway(new URL("/health/ready", wantedGateway(context)), 3000);
  if ("status" in reply && reply.status === 200) {
    context.print("ready");
    return 0;
  }
  context.printError(`not ready: ${"failure" in reply ? reply.failure : describeAnswer(reply.status, reply.body)}`);
  return 1;
}

function describeAnswer(status: number, body: unknown): string {
  const missing: unknown = Object(body)["missing"];
  const names = Array.isArray(missing)
    ? missing.filter((name) => typeof name === "string" && /^[\w -]+$/.test(name))
    : [];
  return names.length === 0 ? `it answers ${status}` : `it answers ${status}, for ${names.join(", ")}`;
}
