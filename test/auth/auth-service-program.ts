/** An Auth Service that behaves as the username says, and counts how often it was asked; run as a process of its own. */
let asked = 0;

const server = Bun.serve({
  port: Number(process.argv[2] ?? 0),
  hostname: "127.0.0.1",
  idleTimeout: 60,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/asked") return Response.json(asked);
    if (pathname !== "/verify") return Response.json({ username: "root", scopes: ["admin"] });
    asked += 1;
    const { username, password } = (await request.json()) as { username: string; password: string };
    const known = { username, scopes: ["read", "write"] };
    const answers: Readonly<Record<string, () => Response | Promise<Response>>> = {
      ada: () => (password === "right" ? Response.json(known) : new Response(null, { status: 401 })),
      full: () => Response.json({ ...known, email: "full@example.org", full_name: "Full Name", disabled: false }),
      disabled: () => Response.json({ ...known, disabled: true }),
      tokens: () => Response.json({ access_token: password, token_type: "Bearer", expires_in: 60, refresh_token: "r" }),
      redirect: () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
      silent: () => new Promise<never>(() => {}),
      dripping: () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([0x7b])) })),
      huge: () => Response.json({ ...known, full_name: "x".repeat(100_000) }),
      garbage: () => new Response("<html>secret of the service</html>"),
      empty: () => new Response(""),
      "no scopes": () => Response.json({ username }),
      "scopes in one text": () => Response.json({ username, scopes: "read write" }),
      "no name": () => Response.json({ scopes: ["read"] }),
      "a name with a line break": () => Response.json({ username: "a\r\nx-admin: 1", scopes: ["read"] }),
      "a misspelt disabled": () => Response.json({ ...known, isDisabled: true }),
      "a disabled that is a text": () => Response.json({ ...known, disabled: "yes" }),
      "a list": () => Response.json([known]),
      null: () => Response.json(null),
    };
    if (/^\d{3}$/.test(username)) return new Response(JSON.stringify(known), { status: Number(username) });
    return (answers[username] ?? (() => new Response(null, { status: 401 })))();
  },
});

process.stdout.write(`${server.port}\n`);
// The tests hold this end; when they are gone, nobody needs the service.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
