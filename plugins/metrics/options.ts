import { Type } from "typebox";

export const metricsOptions = Type.Object({
  metrics_token: Type.Optional(
    Type.String({
      section: "Operations",
      secret: true,
      minLength: 16,
      pattern: "^[!-~]+$",
      wanted: "at least 16 visible ASCII characters, without spaces",
      description:
        "Bearer token that `GET /metrics` wants. Unset: everybody who reaches the gateway may read them; they name services, and no caller.",
    }),
  ),
});
