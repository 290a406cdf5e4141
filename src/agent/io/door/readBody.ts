import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** More than `most` bytes; what is still to come is thrown away. */
  | { readonly kind: 'tooLarge' };

/**
 * Reads a request's body, counting its chunks. Resolves in the turn in which the last byte came, and never when the
 * connection ends before: then there is nobody to answer.
 */
export const readBody = (request: IncomingMessage, most: number): Promise<Body> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).off('end', finish).resume();
      resolve({ kind: 'tooLarge' });
    };
    const finish = (): void => {
      const [only] = chunks;
      resolve({ kind: 'whole', bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
    };
    request.on('data', take).on('end', finish);
  });

const MARK = '\uFEFF';

/** The text of UTF-8 bytes, without a byte order mark; undefined when they are not UTF-8. */
export const textOf = (bytes: Buffer): string | undefined => {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.startsWith(MARK) ? text.slice(1) : text;
};
