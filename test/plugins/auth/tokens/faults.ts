import { TokenError } from "../../../../plugins/auth/tokens/token-error.ts";

/** How something with a token ends: the fault, or "counts". Whatever else is thrown goes on. */
export async function faultOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return "counts";
  } catch (error) {
    if (error instanceof TokenError) return error.fault;
    throw error;
  }
}
