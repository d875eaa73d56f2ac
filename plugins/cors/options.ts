import { Type } from "typebox";

export const corsOptions = Type.Object({
  cors_origins: Type.Array(
    Type.String({
      pattern: "^(\\*|https?://[A-Za-z0-9.-]+(:\\d{1,5})?|https?://\\[[0-9A-Fa-f:]+\\](:\\d{1,5})?)$",
      wanted: "an origin such as https://app.example.org, or *",
    }),
    {
      section: "CORS",
      default: [],
      wanted: "a list of origins such as https://app.example.org, or *",
      description:
        "Origins whose pages may read answers, whatever a service says of it. Empty: none (with DEBUG: `*`). Credentials (cookies) are never allowed: tokens travel in headers.",
    },
  ),
  cors_methods: Type.Array(Type.String({ pattern: "^[A-Z]+$", wanted: "a method such as GET" }), {
    section: "CORS",
    default: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    wanted: "a list of methods such as GET, POST",
    description: "Methods that such pages may use, as far as the route serves them.",
  }),
  cors_headers: Type.Array(Type.String({ pattern: "^[A-Za-z0-9-]+$", wanted: "a header name" }), {
    section: "CORS",
    default: ["Authorization", "Content-Type", "X-Request-ID", "Idempotency-Key", "X-API-Key"],
    wanted: "a list of header names",
    description: "Request headers that such pages may send.",
  }),
});
