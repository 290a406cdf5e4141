import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { TollgateError, toError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import type { Hour, Instant } from '../../../core/time/hour.ts';
import type { Log } from '../../../ports.ts';
import type { Books, Line } from './books.ts';

/**
 * Commands on a live ledger: its file is locked for every other process, so they go through the agent, over a unix socket
 * beside the file that only its user may open.
 */
const pathOf = (directory: string): string => join(directory, 'control.sock');

/** Linux takes at most 107 bytes for a socket's path. */
const LONGEST_PATH = 107;

/** What a command asks; the answer is lines of JSON. */
export type Command =
  | { readonly do: 'check' }
  | { readonly do: 'standing' }
  | { readonly do: 'lines'; readonly hour?: Hour }
  | { readonly do: 'resolve'; readonly token: string; readonly as: 'receipted' | 'unsent'; readonly why: string }
  | { readonly do: 'acknowledge'; readonly loss: number; readonly why: string }
  | { readonly do: 'release'; readonly hour: Hour; readonly dimension: string };

/** Quantities travel as the texts that an export shows. */
const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));

/** Carries a command out on books, wherever they are. */
export function* carryOut(
  books: Books,
  command: Command,
  { openHour, now, live }: { readonly openHour: Hour; readonly now: Instant; readonly live: boolean },
): Iterable<unknown> {
  switch (command.do) {
    case 'check': {
      const { ok, findings } = books.check();
      yield { ok, findings };
      return;
    }
    case 'standing':
      yield { ...books.standing(), live };
      return;
    case 'lines':
      yield* books.lines(command.hour);
      return;
    case 'resolve':
      yield books.resolve({ ...command, live }, openHour, now);
      return;
    case 'acknowledge':
      yield books.acknowledge(command.loss, command.why, now);
      return;
    case 'release':
      yield books.release(command.hour, command.dimension, openHour);
      return;
    default:
      command satisfies never;
  }
}

const bodyOf = async (message: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of message.setEncoding('utf8')) text += part;
  return text;
};

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });

export type Control = {
  /** Listens anew when somebody has taken the socket away. */
  readonly restore: () => void;
  readonly close: () => void;
};

/** Opens the socket. A path that is too long is told, and the agent goes on without it. */
export const openControl = (
  directory: string,
  books: Books,
  { openHour, now, log }: { readonly openHour: () => Hour; readonly now: () => Instant; readonly log: Log },
): Control => {
  const path = pathOf(directory);
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    log.warn('no ledger commands', {
      why: `the path ${path} is longer than ${LONGEST_PATH} bytes`,
      fix: 'choose a shorter ledger.directory',
    });
    return { restore: () => undefined, close: () => undefined };
  }
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const command = JSON.parse(await bodyOf(message)) as Command;
      for (const line of carryOut(books, command, { openHour: openHour(), now: now(), live: true })) {
        if (response.destroyed) return;
        if (!response.write(`${toJson(line)}\n`)) await drained(response);
      }
      response.end();
    } catch (error) {
      const { message: why } = toError(error);
      const { remedy, exitCode } =
        error instanceof TollgateError ? error : { remedy: undefined, exitCode: EXIT.unexpected };
      if (!response.headersSent) response.statusCode = 422;
      response.end(`${toJson({ error: { message: why, remedy, exitCode } })}\n`);
    }
  };
  const listen = (): Server => {
    // We hold the ledger, so whoever made this socket is dead.
    rmSync(path, { force: true });
    const server = createServer(answer);
    server.on('error', (error) => log.warn('no ledger commands', { why: error.message }));
    server.listen(path, () => chmodSync(path, 0o600));
    server.unref();
    return server;
  };
  let server = listen();
  return {
    restore: () => {
      if (existsSync(path)) return;
      server.close();
      server = listen();
    },
    close: () => {
      server.close();
      server.closeAllConnections();
      rmSync(path, { force: true });
    },
  };
};

const refusedBy = (directory: string, error: Error): TollgateError =>
  new TollgateError(
    'ledger_in_use',
    `an agent holds the ledger in ${directory}, but does not answer on its socket: ${error.message}`,
    {
      remedy: 'run this command as the same user on the same host or in the same container, or stop the agent first',
      exitCode: EXIT.ledger,
      cause: error,
    },
  );

/** Asks the agent that holds the ledger. Yields the lines of its answer. */
export async function* askControl(directory: string, command: Command): AsyncIterable<unknown> {
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({ socketPath: pathOf(directory), method: 'POST', path: '/' }, resolve);
    asked.on('error', (error) => reject(refusedBy(directory, error)));
    asked.end(toJson(command));
  });
  let rest = '';
  for await (const part of message.setEncoding('utf8')) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = JSON.parse(line) as {
        readonly error?: { message: string; remedy?: string; exitCode: number };
      } & Line;
      if (parsed.error !== undefined) {
        const { message: why, ...options } = parsed.error;
        throw new TollgateError('ledger_command', why, options);
      }
      yield parsed;
    }
  }
}
