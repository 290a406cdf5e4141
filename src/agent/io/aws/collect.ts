import type { ClientRequest, IncomingMessage } from 'node:http';

/** No answer of AWS, or of the machine beside us, comes near this; a proxy's page may be anything. */
const MOST_BYTES = 1 << 20;

/** Reads a whole answer; one that is too large ends its request with an error. */
export const collect = (
  request: ClientRequest,
  response: IncomingMessage,
  { done, failed }: { readonly done: (bytes: Buffer) => void; readonly failed: (error: Error) => void },
): void => {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) request.destroy(new Error(`the answer is larger than ${MOST_BYTES} bytes`));
    else chunks.push(chunk);
  });
  response.on('error', failed);
  response.on('end', () => done(Buffer.concat(chunks)));
};
