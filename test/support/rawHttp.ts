import { connect, type Socket } from 'node:net';

/** One answer as it came over the wire. */
export type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const parse = (bytes: Buffer): { readonly answer: RawAnswer; readonly rest: Buffer } | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(first.split(' ')[1]);
  const length = status === 100 ? 0 : Number(headers['content-length'] ?? 0);
  const start = end + 4;
  if (bytes.length < start + length) return undefined;
  const body = bytes.subarray(start, start + length).toString('utf8');
  return { answer: { status, headers, body }, rest: bytes.subarray(start + length) };
};

/** A connection on which a test writes bytes by hand and reads answers one by one. */
export const rawConnection = async (port: number, host = '127.0.0.1') => {
  const socket: Socket = connect({ port, host, noDelay: true });
  let bytes: Buffer = Buffer.alloc(0);
  let closed = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    closed = true;
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    socket,
    write: (data: string | Uint8Array): void => {
      socket.write(data);
    },
    /** The next answer; undefined when the connection ended before it. */
    answer: async (): Promise<RawAnswer | undefined> => {
      for (;;) {
        const found = parse(bytes);
        if (found !== undefined) {
          bytes = found.rest;
          return found.answer;
        }
        if (closed) return undefined;
        await changed();
      }
    },
    /** Resolves with what was left unread once the other side has ended the connection, and whether it was reset. */
    closed: async (): Promise<{ readonly rest: string; readonly reset: boolean }> => {
      while (!closed) await changed();
      return { rest: bytes.toString('latin1'), reset: failure !== undefined };
    },
    end: (): void => {
      socket.destroy();
    },
  };
};

export type RawConnection = Awaited<ReturnType<typeof rawConnection>>;
