import { type Static, Type } from "typebox";

/**
 * Everything in the file is marked secret: a password that was typed into the wrong field must not come out in a log.
 * Names are ASCII because they travel to the services in a header.
 */
const name = (description: string) =>
  Type.String({
    pattern: "^[!-~](?:[ -~]{0,126}[!-~])?$",
    wanted: "1 to 128 printable ASCII characters, no space at either end",
    secret: true,
    description,
  });

const scopes = Type.Array(
  Type.String({
    pattern: "^[!#-\\[\\]-~]{1,64}$",
    wanted: "a scope such as read: 1 to 64 visible ASCII characters without quotes and backslashes",
    secret: true,
  }),
  { maxItems: 100, uniqueItems: true, secret: true, wanted: "a list of at most 100 scopes, none twice" },
);

const disabled = Type.Boolean({
  default: false,
  secret: true,
  description: "Nobody gets in with it any more, and tokens that were issued to it stop working.",
});

const passwordHash = Type.String({
  // Only what can be verified: the last characters of bcrypt's salt and digest have unused bits, which are zero.
  pattern:
    "^(?:\\$argon2(?:id|i|d)\\$v=19\\$m=[1-9]\\d{0,7},t=[1-9]\\d{0,3},p=[1-9]\\d{0,2}(?:\\$(?:[A-Za-z0-9+/]{2,4}){4,44}){2}" +
    "|\\$2[abxy]\\$(?:0[4-9]|[12]\\d|3[01])\\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$",
  maxLength: 512,
  wanted: "an argon2id, argon2i, argon2d or bcrypt hash; gateway hash-password makes one",
  secret: true,
});

const text = Type.Optional(Type.String({ maxLength: 256, secret: true, wanted: "a string of at most 256 characters" }));

const user = Type.Object(
  {
    username: name("What the user logs in with."),
    password_hash: passwordHash,
    email: text,
    full_name: text,
    disabled,
    scopes,
  },
  { additionalProperties: false, secret: true },
);

const client = Type.Object(
  {
    client_id: name("What the client logs in with."),
    secret_hash: passwordHash,
    scopes,
    services: Type.Array(
      Type.String({
        pattern: "^[a-z][a-z0-9_]{0,63}$",
        wanted: "a service name such as billing_service",
        secret: true,
      }),
      {
        default: [],
        maxItems: 1000,
        uniqueItems: true,
        secret: true,
        wanted: "a list of at most 1000 service names, none twice",
        description: "Services that it may register, with the scope `service`.",
      },
    ),
    disabled,
  },
  { additionalProperties: false, secret: true },
);

const apiKey = Type.Object(
  {
    name: name("What the key is called in logs, limits and headers."),
    key_hash: Type.String({
      pattern: "^sha256:[0-9A-Fa-f]{64}$",
      wanted: "sha256: with 64 hexadecimal digits",
      secret: true,
      description: "SHA-256 of a key of at least 128 random bits: a key that people choose could be guessed from it.",
    }),
    scopes,
    expires_at: Type.Optional(
      Type.Refine(
        Type.String({
          wanted: "a time such as 2027-01-31T00:00:00Z",
          secret: true,
          description: "When it stops working. Default: never.",
        }),
        isTime,
        () => "no time",
      ),
    ),
    disabled,
    prefix: Type.Optional(
      Type.String({
        pattern: "^[!-~]{1,16}$",
        wanted: "1 to 16 visible ASCII characters",
        secret: true,
        description: "The first characters of the key, by which it is found again when it has leaked.",
      }),
    ),
  },
  { additionalProperties: false, secret: true },
);

/** USERS_FILE. */
export const usersFileSchema = Type.Object(
  {
    users: Type.Array(user, { default: [], wanted: "a list of users", secret: true }),
    clients: Type.Array(client, { default: [], wanted: "a list of clients", secret: true }),
    api_keys: Type.Array(apiKey, { default: [], wanted: "a list of API keys", secret: true }),
  },
  { additionalProperties: false },
);

export type UsersFile = Static<typeof usersFileSchema>;
export type User = UsersFile["users"][number];
export type Client = UsersFile["clients"][number];

function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return false;
  const day = new Date(text.slice(0, 10));
  // The 30th of February would be read as a day in March.
  return !Number.isNaN(Date.parse(text)) && day.toISOString().startsWith(text.slice(0, 10));
}
