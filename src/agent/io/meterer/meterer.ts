import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { TollgateError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import type { Clock, Log, Scheduler } from '../../ports.ts';

/** Being the one that meters this resource and product, for as long as the process lives. */
export type Meterer = { readonly release: () => void };

/** An abstract socket: it needs no disk, is shared by all containers of one network namespace, and dies with its owner. */
const nameOf = (resource: string, product: string): string =>
  `\0tollgate-${createHash('sha256')
    .update(JSON.stringify([resource, product]))
    .digest('hex')
    .slice(0, 32)}`;

const askHolder = (name: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ path: name });
    const unknown = () => resolve('another process');
    let text = '';
    socket.setTimeout(SECOND, () => socket.destroy()).setEncoding('utf8');
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('error', unknown);
    socket.on('close', () => (text === '' ? unknown() : resolve(text)));
  });

const takeSocket = (
  name: string,
  { resource, since }: { readonly resource: string; readonly since: string },
): Promise<Meterer> => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`process ${process.pid} on ${hostname()} since ${since}`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') {
        reject(error);
        return;
      }
      reject(
        new TollgateError(
          'meterer_exists',
          `another Tollgate meters ${resource} for this product: ${await askHolder(name)}`,
          {
            remedy:
              'run one Tollgate in a task, pod or instance: stop the other one, or take it out of the image or the task definition',
            exitCode: EXIT.ledger,
          },
        ),
      );
    });
    server.listen({ path: name }, () => {
      server.unref();
      resolve({ release: () => server.close() });
    });
  });
};

/** How often a socket that is taken is tried again. */
const LOOK_AGAIN: Millis = SECOND / 4;

/**
 * Becomes the one meterer of a resource and product. The one before may just be stopping, so it is waited for as long as
 * for the ledger. Throws a TollgateError (exit 73) that names the holder when it stays: two would collide in AWS's one
 * record an hour.
 */
export const becomeMeterer = async (
  { resource, product, wait }: { readonly resource: string; readonly product: string; readonly wait: Millis },
  { clock, scheduler, log }: { readonly clock: Clock; readonly scheduler: Pick<Scheduler, 'sleep'>; readonly log: Log },
): Promise<Meterer> => {
  const name = nameOf(resource, product);
  const since = new Date(clock.wall()).toISOString();
  const until = clock.monotonic() + wait;
  for (let told = false; ; told = true) {
    try {
      return await takeSocket(name, { resource, since });
    } catch (error) {
      if (!(error instanceof TollgateError) || clock.monotonic() >= until) throw error;
      if (!told) log.warn('waiting for another meterer to end', { holder: error.message, seconds: wait / SECOND });
      await scheduler.sleep(LOOK_AGAIN);
    }
  }
};
