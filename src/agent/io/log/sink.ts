import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Where lines go. `write` never throws, never waits and never keeps more than a bounded amount. */
export type Sink = {
  readonly write: (line: string) => void;
  /** Lines that nobody will ever read: the reader is gone, or too slow for too long. */
  readonly lost: () => number;
  readonly isTerminal: boolean;
  readonly close: () => void;
};

/** What waits for a slow reader at most. */
const MOST_WAITING_BYTES = 256 * 1024;

/** How often a full pipe is tried again. */
const RETRY = 50;

const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException).code;

/**
 * A descriptor that never blocks and shares no flags with the one the product inherits: `O_NONBLOCK` on stderr itself
 * would reach the product's own writes. Only a pipe can be opened anew so; a file, a terminal, and a pipe that this user
 * may not open are written as they are.
 */
const ownDescriptor = (descriptor: number): number => {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
};

/** A sink on one of this process's descriptors; 2 is stderr. */
export const makeSink = (descriptor = 2): Sink => {
  const target = ownDescriptor(descriptor);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let lost = 0;

  const drop = (): void => {
    lost += waiting.length;
    waiting = [];
    waitingBytes = 0;
  };

  /** Writes what waits, as far as the reader takes it. */
  const push = (): void => {
    try {
      let [head] = waiting;
      while (head !== undefined) {
        const written = writeSync(target, head);
        waitingBytes -= written;
        if (written < head.length) waiting[0] = head.subarray(written);
        else waiting.shift();
        [head] = waiting;
      }
    } catch (thrown) {
      // EAGAIN: the pipe is full. Anything else (EPIPE, EIO, ENOSPC) would come again: the lines are given up, and not
      // by writing about it, since that would end here again.
      if (codeOf(thrown) !== 'EAGAIN') drop();
    }
    if (waiting.length > 0 && timer === undefined) {
      timer = setTimeout(() => {
        timer = undefined;
        push();
      }, RETRY);
      timer.unref();
    }
  };

  return {
    isTerminal: isatty(descriptor),
    lost: () => lost,
    write: (line) => {
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > MOST_WAITING_BYTES) {
        lost += 1;
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      // With lines already waiting the timer goes on in their order.
      if (timer === undefined) push();
    },
    close: () => {
      push();
      clearTimeout(timer);
      drop();
      if (target !== descriptor) closeSync(target);
    },
  };
};
