import { type Static, Type } from "typebox";

const section = "Circuits";
const seconds = { exclusiveMinimum: 0, maximum: 86_400 };

/** What can be said of all circuits, with a default, and of one service's, without. */
const failures = { minimum: 1, maximum: 1_000_000 };
const windowSeconds = { minimum: 1, maximum: 86_400 };
const minimumRequests = { minimum: 1, maximum: 1_000_000 };
const failureRate = { exclusiveMinimum: 0, maximum: 1 };
const halfOpenRequests = { minimum: 1, maximum: 10_000 };
const successes = { minimum: 1, maximum: 10_000 };
const statuses = { uniqueItems: true, wanted: "a list of statuses from 500 to 599, none twice" };
const status = Type.Integer({ minimum: 500, maximum: 599 });
const rampSeconds = { minimum: 0, maximum: 3600 };

const oneCircuit = Type.Object(
  {
    failures: Type.Optional(Type.Integer(failures)),
    failure_rate: Type.Optional(Type.Number(failureRate)),
    minimum_requests: Type.Optional(Type.Integer(minimumRequests)),
    window_seconds: Type.Optional(Type.Number(windowSeconds)),
    recovery_seconds: Type.Optional(Type.Number(seconds)),
    recovery_max_seconds: Type.Optional(Type.Number(seconds)),
    half_open_requests: Type.Optional(Type.Integer(halfOpenRequests)),
    successes: Type.Optional(Type.Integer(successes)),
    slow_seconds: Type.Optional(Type.Number(seconds)),
    statuses: Type.Optional(Type.Array(status, statuses)),
    ramp_seconds: Type.Optional(Type.Number(rampSeconds)),
  },
  { additionalProperties: false },
);

export const breakersOptions = Type.Object({
  circuit_failures: Type.Integer({
    section,
    default: 5,
    ...failures,
    description: "So many failures in the window open a service's circuit: the fifth does, at 5.",
  }),
  circuit_failure_rate: Type.Optional(
    Type.Number({
      section,
      ...failureRate,
      description:
        "Opens it at this share of failures among the window's requests (0.5: half of them) instead of at their number. Unset: the number counts.",
    }),
  ),
  circuit_minimum_requests: Type.Integer({
    section,
    default: 5,
    ...minimumRequests,
    description: "With fewer requests in the window no circuit opens.",
  }),
  circuit_window_seconds: Type.Number({
    section,
    default: 120,
    ...windowSeconds,
    description: "How long requests and failures count. It moves on in sixtieths of its length.",
  }),
  circuit_recovery_seconds: Type.Number({
    section,
    default: 60,
    ...seconds,
    description:
      "How long an open circuit forwards nothing, give or take a tenth; twice as long each time it opens again from half open.",
  }),
  circuit_recovery_max_seconds: Type.Number({
    section,
    default: 300,
    ...seconds,
    description: "Longest such time; where it is shorter than `circuit_recovery_seconds`, none is longer than this.",
  }),
  circuit_half_open_requests: Type.Integer({
    section,
    default: 5,
    ...halfOpenRequests,
    description: "Requests under way at once while a circuit is half open, on each gateway; others are refused.",
  }),
  circuit_successes: Type.Integer({
    section,
    default: 5,
    ...successes,
    description: "So many successes in a row close a half-open circuit; one failure opens it again.",
  }),
  circuit_slow_seconds: Type.Optional(
    Type.Number({
      section,
      ...seconds,
      description:
        "An answer whose head takes longer is passed on and counts as a failure. The time of the caller's upload is in it. Unset: none is too slow.",
    }),
  ),
  circuit_statuses: Type.Array(status, {
    section,
    default: [502, 503, 504],
    ...statuses,
    description: "Statuses of the service that count as failures. Only in the settings file.",
  }),
  circuit_ramp_seconds: Type.Number({
    section,
    default: 10,
    ...rampSeconds,
    description:
      "After a circuit has closed by itself, it admits a tenth of the requests at first and all of them after so long, growing evenly. 0: all at once.",
  }),
  circuits: Type.Optional(
    Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]{0,63}$" }), oneCircuit, {
      section,
      additionalProperties: Type.Never(),
      wanted: "circuits by service name, each with settings as those above without `circuit_`",
      wantedKeys: "a service name such as billing_service",
      description:
        "Other values for the circuits of single services, by service name: `failures`, `failure_rate`, `minimum_requests`, `window_seconds`, `recovery_seconds`, `recovery_max_seconds`, `half_open_requests`, `successes`, `slow_seconds`, `statuses`, `ramp_seconds`. What is left out is as above. Only in the settings file.",
    }),
  ),
});

export type BreakersOptions = Static<typeof breakersOptions>;
