import { coreServices } from "@isaas/gateway-sdk/contract";

/** Signs tokens in tests. */
export const secretKey = "secret-key-of-the-tests-0123456789abcdef";

/** Most tests are not about limits and circuits either: their requests come from one address, and many are to fail. */
export const hardlyLimited = {
  RATE_LIMIT_PER_SECOND: "1000000",
  RATE_LIMIT_BURST: "1000000",
  CIRCUIT_FAILURES: "1000000",
} as const;

interface OpenRoute {
  readonly service: string;
  readonly path_prefix: string;
  readonly auth_required: false;
}

/** The default route of each service that the environment names, but open: most tests are not about tokens. */
export function openRoutes(environment: Readonly<Record<string, string>>): OpenRoute[] {
  const prefix = environment["API_V1_PREFIX"] ?? "/api/v1";
  return Object.keys(environment).flatMap((variable) => {
    const name = /^(?!AUTH_SERVICE_URL$)([A-Z][A-Z0-9_]*)_SERVICE_URL$/.exec(variable)?.[1]?.toLowerCase();
    if (name === undefined) return [];
    const service = `${name}_service`;
    const segment = coreServices[service]?.segment ?? name.replaceAll("_", "-");
    return [{ service, path_prefix: `${prefix}/${segment}`, auth_required: false }];
  });
}
