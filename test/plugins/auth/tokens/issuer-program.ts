import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";

/**
 * Another issuer as a process of its own: serves its public keys at /jwks.json, and does what it is told at the paths
 * below /tell/. `/sign` signs the JSON it gets with the key of that name,
 * under the header's own kid if it has one; `none`: without.
 */
interface NamedKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const keys = new Map<string, NamedKey>();
let mode = "well";
let asked = 0;

const server = Bun.serve({
  port: Number(process.argv[2] ?? 0),
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const kid = searchParams.get("kid") ?? "";
    const alg = searchParams.get("alg") ?? "";
    switch (pathname) {
      case "/jwks.json":
        asked += 1;
        return answer();
      case "/elsewhere.json":
        return keySet();
      case "/tell/mode":
        mode = searchParams.get("mode") ?? "well";
        break;
      case "/tell/add":
        await add(kid, alg);
        break;
      case "/tell/remove":
        keys.delete(kid);
        break;
      case "/tell/asked":
        break;
      case "/sign":
        return new Response(await sign(kid, await request.text(), searchParams.get("header")));
      default:
        return new Response(null, { status: 404 });
    }
    return Response.json({ asked });
  },
});

async function add(kid: string, alg: string): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  keys.set(kid, { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } });
}

async function sign(kid: string, payload: string, header: string | null): Promise<string> {
  const key = keys.get(kid);
  if (key === undefined) throw new Error("no such key");
  const parameters = { alg: key.alg, kid, ...(JSON.parse(header ?? "{}") as { kid?: string }) };
  if (parameters.kid === "none") delete (parameters as { kid?: string }).kid;
  return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(parameters).sign(key.privateKey);
}

function keySet(more: readonly unknown[] = []): Response {
  return Response.json({ keys: [...more, ...[...keys.values()].map(({ jwk }) => jwk)] });
}

async function answer(): Promise<Response> {
  switch (mode) {
    case "broken":
      return new Response("out of order", { status: 500 });
    case "garbage":
      return new Response("<html>Welcome</html>");
    case "no keys":
      return Response.json({ keys: [] });
    case "huge":
      return new Response(`{"keys":[${'{"kty":"RSA"},'.repeat(30_000)}{}]}`);
    case "redirect":
      return Response.redirect("/elsewhere.json", 302);
    case "slow":
      await Bun.sleep(300);
      return keySet();
    case "silent":
      await Bun.sleep(60_000);
      return keySet();
    case "dripping":
      return new Response(drip(), { headers: { "content-type": "application/json" } });
    case "odd keys":
      return keySet([
        null,
        7,
        "k",
        {},
        { kty: 1 },
        { kty: "EC", crv: "P-256", kid: "es", x: "AA", y: 7 },
        ...symmetric(),
      ]);
    default:
      return keySet();
  }
}

/** The secret is that of the tests. */
function symmetric(): readonly JWK[] {
  const k = Buffer.from("a secret of the tests, 32 bytes and more").toString("base64url");
  return [
    { kty: "oct", k, alg: "HS256", kid: "es" },
    { kty: "oct", k, alg: "HS256", kid: "oct" },
    { kty: "oct", k },
  ];
}

function drip(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await Bun.sleep(50);
      controller.enqueue(new TextEncoder().encode(" "));
    },
  });
}

process.stdout.write(`${server.url.origin}\n`);
// The tests hold this end; when they are gone, nobody needs the issuer.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
