import type { CommandContext } from "./context.ts";

/** No login takes longer ones. */
const mostBytes = 1024;

/** Prints the argon2id hash of the password on the standard input, for the users file. */
export async function hashPassword(context: CommandContext): Promise<number> {
  const refuse = (reason: string): number => {
    context.printError(`password: wanted 1 to ${mostBytes} bytes of UTF-8, got ${reason}`);
    return 1;
  };
  // A line break beyond the longest password is no part of it; with one byte more it is known to be too long.
  const input = withoutLineBreak(await context.readInput("Password: ", mostBytes + 3));
  if (input.length === 0) return refuse("nothing");
  if (input.length > mostBytes) return refuse("more");
  const password = decode(input);
  if (password === undefined) return refuse("another encoding");
  context.print(await Bun.password.hash(password, "argon2id"));
  return 0;
}

/** One, as `echo` and editors put it at the end. */
function withoutLineBreak(input: Uint8Array): Uint8Array {
  if (input.at(-1) !== 0x0a) return input;
  return input.subarray(0, input.at(-2) === 0x0d ? -2 : -1);
}

function decode(input: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return undefined;
  }
}
