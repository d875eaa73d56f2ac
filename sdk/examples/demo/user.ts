import { writeFile } from "node:fs/promises";

/** The one who may log in at the demo's gateway. Made anew at each start. */
export interface DemoUser {
  readonly username: string;
  readonly password: string;
}

export function createUser(): DemoUser {
  return { username: "ada", password: Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url") };
}

/** Writes the users file of the gateway. JSON is as good as YAML there. */
export async function writeUsersFile(path: string, { username, password }: DemoUser): Promise<void> {
  const user = {
    username,
    password_hash: await Bun.password.hash(password),
    full_name: "Ada Lovelace",
    scopes: ["read", "write", "admin"],
  };
  await writeFile(path, JSON.stringify({ users: [user] }), { mode: 0o600 });
}
