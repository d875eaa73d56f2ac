import type { Json } from "../service-types/json.ts";
import { printTypes } from "../service-types/print-types.ts";
import { askGateway, ownToken } from "./ask.ts";
import type { CommandContext } from "./context.ts";
import { formatRefusal } from "./format-explanation.ts";
import { wantedGateway } from "./gateway-url.ts";

/** Prints a declaration file of the live services of a running gateway: for clients in another repository. */
export async function types(context: CommandContext): Promise<number> {
  const target = new URL("/swagger/json", wantedGateway(context));
  const reply = await askGateway(target, 30_000, ownToken(context.environment));
  if ("failure" in reply) {
    context.printError(`the gateway could not be asked: ${reply.failure}`);
    return 1;
  }
  const text = reply.status === 200 ? printTypes(reply.body as Json) : undefined;
  if (text === undefined) {
    context.printError(
      reply.status === 200 ? "what answers there is no gateway" : formatRefusal(reply.status, reply.body),
    );
    return 1;
  }
  context.print(text);
  return 0;
}
