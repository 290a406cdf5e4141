/** One call as it came and as it was answered. */
export type Call = {
  readonly n: number;
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly resource: string | null;
  /** How the caller came by its credentials. */
  readonly source: string | null;
  /** The request's body, byte for byte where it is text. */
  readonly body: string;
  /** Only where the bytes are not UTF-8. */
  readonly bodyBase64?: string;
  /** What the client got; null when it got no answer. */
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: unknown;
  /** Whether this call put something on the bill. */
  readonly stored: boolean;
  readonly fault: string | null;
  readonly requestId: string;
};

export type CallList = {
  readonly add: (call: Omit<Call, 'n'>) => void;
  readonly all: () => readonly Call[];
  readonly clear: () => void;
};

/** The calls of this emulator, oldest first; `onAdd` hears of each, for a state file. */
export const makeCallList = (onAdd: (call: Call) => void, earlier: readonly Call[] = []): CallList => {
  const calls: Call[] = [...earlier];
  return {
    add: (call) => {
      const numbered: Call = { n: (calls.at(-1)?.n ?? 0) + 1, ...call };
      calls.push(numbered);
      onAdd(numbered);
    },
    all: () => calls,
    clear: () => {
      calls.length = 0;
    },
  };
};

/** A body as text, and in base64 beside it if the text would not give the same bytes again. */
export const bodyText = (body: Buffer): Pick<Call, 'body' | 'bodyBase64'> => {
  const text = body.toString('utf8');
  return Buffer.from(text).equals(body) ? { body: text } : { body: text, bodyBase64: body.toString('base64') };
};
