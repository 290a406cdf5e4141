import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Millis } from '../../core/time/hour.ts';

/** What an endpoint answered to requests that a library makes and tells nothing of. */
export type Watch = {
  /** The last answer's status, or the last error; undefined before the first. */
  readonly last: () => { readonly status: number } | { readonly error: string } | undefined;
  readonly stop: () => void;
};

const START = 'http.client.request.start';
const FAILED = 'http.client.request.error';
const ANSWERED = 'http.client.response.finish';

type Event = { readonly request: ClientRequest; readonly response?: IncomingMessage; readonly error?: Error };

/**
 * Listens to this thread's HTTP requests to one host (with port, as in the Host header), and ends each that takes longer
 * than `timeout`: the SDK's chain of credential providers hides what it was answered, and can wait for ever.
 */
export const watchRequests = (host: string, timeout: Millis): Watch => {
  let last: ReturnType<Watch['last']>;
  const timers = new Map<ClientRequest, NodeJS.Timeout>();
  const isOurs = ({ request }: Event): boolean => request.getHeader('host') === host;
  const settle = ({ request }: Event) => {
    clearTimeout(timers.get(request));
    timers.delete(request);
  };
  const started = (message: unknown) => {
    const event = message as Event;
    if (!isOurs(event)) return;
    const expire = () => event.request.destroy(new Error(`no answer within ${timeout} ms`));
    timers.set(event.request, setTimeout(expire, timeout));
  };
  const failed = (message: unknown) => {
    const event = message as Event;
    if (!isOurs(event)) return;
    settle(event);
    last = { error: event.error?.message ?? 'failed' };
  };
  const answered = (message: unknown) => {
    const event = message as Event;
    if (!isOurs(event)) return;
    last = { status: event.response?.statusCode ?? 0 };
    // The body may still hang: the timer stays until it is there.
    event.response?.once('close', () => settle(event));
  };
  subscribe(START, started);
  subscribe(FAILED, failed);
  subscribe(ANSWERED, answered);
  return {
    last: () => last,
    stop: () => {
      unsubscribe(START, started);
      unsubscribe(FAILED, failed);
      unsubscribe(ANSWERED, answered);
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
};
