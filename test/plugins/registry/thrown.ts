import { GatewayError } from "@isaas/gateway-sdk/errors";

/** The GatewayError that this ends with. */
export async function thrownBy(run: () => unknown): Promise<GatewayError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("wanted a refusal, got none");
}
