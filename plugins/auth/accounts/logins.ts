import type { Accounts } from "./accounts.ts";
import type { AuthServiceClient, ServiceLogin } from "./auth-service.ts";
import type { LoginThrottle, Login } from "./login-throttle.ts";
import type { Passwords } from "./passwords.ts";
import { toAddressBlock } from "@isaas/gateway-sdk/address-block";
import { Turns } from "./turns.ts";
import { wrongCredentials } from "./refusals.ts";
import type { Client } from "./users-file.ts";

export interface LoginsOptions {
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly throttle: LoginThrottle;
  /** Undefined: users are those of the users file. */
  readonly authService: AuthServiceClient | undefined;
}

export interface Credentials {
  /** A username or a client id. */
  readonly name: string;
  readonly password: string;
  /** The client's address. */
  readonly address: string;
}

/**
 * Turns credentials into whom they belong to: counted first, then checked. Unknown, wrong and disabled are one answer,
 * AUTH_ERROR, after the same time. Rejects with RATE_LIMIT after too many, with SERVICE_UNAVAILABLE where nobody can say.
 */
export class Logins {
  readonly #options: LoginsOptions;

  readonly #ofAccount = new Turns(2);
  readonly #ofAddress = new Turns(10);

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  async user(credentials: Credentials): Promise<ServiceLogin> {
    const { authService } = this.#options;
    const { name, password } = credentials;
    const check = () =>
      authService === undefined ? this.#checkUser(name, password) : authService.login(name, password);
    const found = await this.#counted({ kind: "user", ...credentials }, check);
    if (found === undefined) throw wrongCredentials("invalid_grant");
    return found;
  }

  async client(credentials: Credentials): Promise<Client> {
    const { name, password } = credentials;
    const found = await this.#counted({ kind: "client", ...credentials }, () => this.#checkClient(name, password));
    if (found === undefined) throw wrongCredentials("invalid_client");
    return found;
  }

  /** Fewer at once than are free: good logins side by side do not meet the wait that wrong ones bring. */
  #counted<T>(login: Login, check: () => Promise<T | undefined>): Promise<T | undefined> {
    return this.#ofAddress.run(toAddressBlock(login.address), () =>
      this.#ofAccount.run(`${login.kind} ${login.name}`, () => this.#decide(login, check)),
    );
  }

  async #decide<T>(login: Login, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const attempt = await this.#options.throttle.take(login);
    try {
      const found = await check();
      if (found !== undefined) await attempt.succeeded();
      return found;
    } catch (error) {
      await attempt.undecided();
      throw error;
    }
  }

  async #checkUser(username: string, password: string): Promise<ServiceLogin | undefined> {
    const user = this.#options.accounts.user(username);
    const fits = await this.#options.passwords.verify(user?.password_hash, password);
    if (!fits || user === undefined || user.disabled) return undefined;
    const { password_hash: _hash, disabled: _disabled, ...known } = user;
    return { kind: "user", user: known };
  }

  async #checkClient(clientId: string, secret: string): Promise<Client | undefined> {
    const client = this.#options.accounts.client(clientId);
    const fits = await this.#options.passwords.verify(client?.secret_hash, secret);
    return fits && client?.disabled === false ? client : undefined;
  }
}
