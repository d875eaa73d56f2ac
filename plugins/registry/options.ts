import { type Static, Type } from "typebox";
import { isAddressRule, privateNetworks } from "./address-rules.ts";

const leastKeyBytes = 32;

export const registryOptions = Type.Object({
  registration_key: Type.Optional(
    Type.Refine(
      Type.String({
        section: "Registry",
        secret: true,
        pattern: "^[!-~]+$",
        wanted: "at least 32 bytes of visible ASCII, without spaces",
        description:
          "Operator's secret with which any service may register, as a bearer token; also renews, drains, removes and lists instances. Whoever has it can put an instance behind any service. Unset: nobody can register.",
      }),
      (text) => Buffer.byteLength(text) >= leastKeyBytes,
      () => "too short",
    ),
  ),
  registration_allow: Type.Array(
    Type.Refine(
      Type.String({ wanted: "an address, a CIDR block such as 10.0.0.0/8, loopback, or a host name with *" }),
      isAddressRule,
      () => "no rule",
    ),
    {
      section: "Registry",
      default: [...privateNetworks],
      description:
        "What may be registered, checked and forwarded to: CIDR blocks, addresses, or host names in which `*` stands for anything, dots included; a name that fits may resolve to any address. Link-local (a cloud's metadata service), unspecified, multicast and reserved addresses never. Each rule added is a network that whoever registers can make the gateway call.",
    },
  ),
  lease_seconds: Type.Integer({
    section: "Registry",
    default: 30,
    minimum: 3,
    maximum: 3600,
    description:
      "An instance that does not renew its lease for so long is removed. A third of it is the heartbeat. A registration may ask for another.",
  }),
  check_timeout_seconds: Type.Number({
    section: "Registry",
    default: 2,
    exclusiveMinimum: 0,
    maximum: 60,
    description: "A health check without a whole head of an answer after so long has failed.",
  }),
  check_healthy_threshold: Type.Integer({
    section: "Registry",
    default: 1,
    minimum: 1,
    maximum: 100,
    description: "So many good checks in a row make an instance healthy.",
  }),
  check_unhealthy_threshold: Type.Integer({
    section: "Registry",
    default: 3,
    minimum: 1,
    maximum: 100,
    description:
      "So many bad checks in a row take a healthy instance out. One that was never healthy needs only the first to be told apart.",
  }),
});

export type RegistryOptions = Static<typeof registryOptions>;
