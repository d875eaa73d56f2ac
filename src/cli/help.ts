export const help = `gateway: an API gateway in one executable

  gateway [serve] [--config FILE] [--host H] [--port N] [--plugins DIR]
                                                          run until SIGTERM
  gateway check [--config FILE]                           every problem of the settings; exit code 1 when there is one
  gateway explain [METHOD] PATH [--config FILE] [--url URL]
                                                          the route, its chain in order, the service; from the settings,
                                                          or with --url (token in GATEWAY_TOKEN) from a running gateway
  gateway health [--url URL]                              exit code 0 when the gateway is ready
  gateway types [--url URL]                               one .d.ts of all live services, for the SDK's client; from a
                                                          running gateway (token in GATEWAY_TOKEN, if it wants one)
  gateway hash-password                                   the argon2id hash of the password on the standard input, for
                                                          the users file
  gateway plugin new NAME [--plugins DIR]                 a plugin to begin with, and its test
  gateway --version | --help

Settings: defaults < file (YAML, TOML or JSON; --config or CONFIG) < environment < flags.
All of them: docs/configuration.md. The shortest start:

  CONTEXT_SERVICE_URL=http://localhost:8001 gateway`;
