/** A request as the rooms of the emulator see it: header names in lower case, the body byte for byte. */
export type Incoming = {
  readonly method: string;
  readonly path: string;
  /** What follows the question mark, as it came. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What reaches the client: a reply, a connection reset or closed without one, or silence. */
export type Outcome = Reply | 'reset' | 'cut' | 'hang';

export const reply = (status: number, type: string, body: string, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': type, ...headers },
  body,
});

export const json = (status: number, value: unknown): Reply =>
  reply(status, 'application/json', `${JSON.stringify(value)}\n`);

export const text = (status: number, body: string): Reply => reply(status, 'text/plain', body);
