import { Agent, request as httpRequest } from 'node:http';
import type { Found } from '../../core/platform/evidence.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';
import { collect } from './collect.ts';

/** Instance and task metadata answer from the machine itself. */
const TIMEOUT: Millis = SECOND;

export type MetadataAnswer = { readonly status: number; readonly text: string };

type Options = {
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: Millis;
};

/**
 * One request to something beside us (link-local or loopback). An agent of its own: Node's global one may have been
 * told by NODE_USE_ENV_PROXY to go through a proxy, which cannot reach these addresses for us.
 */
export const askMetadata = (url: string, { method = 'GET', headers = {}, timeout = TIMEOUT }: Options = {}) =>
  new Promise<MetadataAnswer>((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      headers,
      agent: new Agent({ keepAlive: false }),
      signal: AbortSignal.timeout(timeout),
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer within ${timeout} ms`)
          : error,
      ),
    );
    request.on('response', (response) => {
      collect(request, response, {
        done: (bytes) => resolve({ status: response.statusCode ?? 0, text: bytes.toString('utf8') }),
        failed: reject,
      });
    });
    request.end();
  });

/** Reads a JSON answer; what cannot be read yet is trouble, since metadata endpoints answer so while they start. */
export const jsonOf = ({ status, text }: MetadataAnswer, title: string): Found<unknown> => {
  if (status !== 200) return { kind: 'trouble', why: `${title} answered ${status}` };
  try {
    return { kind: 'found', value: JSON.parse(text) };
  } catch {
    return { kind: 'trouble', why: `${title} answered something that is not JSON` };
  }
};
