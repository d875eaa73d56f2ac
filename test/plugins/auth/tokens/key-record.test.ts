import { expect, test } from "bun:test";
import { readKeyRecord } from "../../../../plugins/auth/tokens/key-record.ts";

test.each(["", "{", "null", "7", "{}", '{"purpose":"tokens"}', '{"purpose":"tokens","alg":"EdDSA","jwk":{}}'])(
  "%j is no key",
  async (text) => {
    expect(await readKeyRecord(text, "tokens")).toBeUndefined();
  },
);
