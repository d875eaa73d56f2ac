/** Who calls. A password and a client's secret are exchanged for tokens, which are renewed; nothing else is kept or sent. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly clientId: string; readonly clientSecret: string }
  /** A token from elsewhere, or how to get one: asked before each call, and again with the one that was refused. */
  | { readonly token: string | TokenSource }
  | { readonly apiKey: string }
  | TokenSource;

export type TokenSource = (refused?: string) => string | Promise<string>;
