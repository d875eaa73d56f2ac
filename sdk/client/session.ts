/** What a request says of its caller. */
export interface Session {
  /** Rejects with the failure that the call then has. */
  present(): Promise<Readonly<Record<string, string>>>;
  /** The gateway takes these no longer. Whether other ones can be had. */
  renew(refused: string): boolean;
  /** Takes back what was issued to this session. */
  close(): Promise<void>;
}
