import type { UsersFile } from "./users-file.ts";

/** A mistake for each entry that says what an earlier one has said already. Never shows what. */
export function findDuplicates({ users, clients, api_keys: keys }: UsersFile): string[] {
  return [
    ...duplicatesOf(
      "users",
      "username",
      users.map(({ username }) => username),
    ),
    ...duplicatesOf(
      "clients",
      "client_id",
      clients.map(({ client_id: id }) => id),
    ),
    ...duplicatesOf(
      "api_keys",
      "name",
      keys.map(({ name }) => name),
    ),
    ...duplicatesOf(
      "api_keys",
      "key_hash",
      keys.map(({ key_hash: hash }) => hash.toLowerCase()),
    ),
  ];
}

function duplicatesOf(list: string, key: string, values: readonly string[]): string[] {
  const first = new Map<string, number>();
  return values.flatMap((value, index) => {
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, index);
    return earlier === undefined
      ? []
      : [`${list}[${index}].${key}: wanted one of its own, got that of ${list}[${earlier}]`];
  });
}
