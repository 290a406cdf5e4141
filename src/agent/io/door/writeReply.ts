import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { problem, type Reply } from '../../core/door/reply.ts';
import { type Millis, SECOND } from '../../core/time/hour.ts';

/** How long the rest of a refused request is read and thrown away: a connection closed on unread bytes is reset, and the answer lost with it. */
export const LINGER: Millis = 2 * SECOND;

/** Writes one answer. A response that is under way already stays as it is. */
export const writeReply = (request: IncomingMessage, response: ServerResponse, reply: Reply): void => {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.byteLength(reply.body);
  response.writeHead(reply.status, {
    'Content-Type': reply.type,
    'Content-Length': bytes,
    ...reply.headers,
    ...(reply.close === true && { Connection: 'close' }),
  });
  if (request.complete || reply.close !== true || request.socket.readableEnded) {
    response.end(reply.body);
    return;
  }
  response.write(reply.body);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER);
  timer.unref();
  request.once('end', end).once('close', end).resume();
};

/** An answer as bytes, for a connection on which no request could be read; the connection ends after it. */
export const rawReply = ({ status, type, body, headers }: Reply): string => {
  const lines = Object.entries({
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
};

/** What node:http could not read, by its error code. */
const FAULTS: Readonly<Record<string, Reply>> = {
  HPE_HEADER_OVERFLOW: problem('headers', 'The headers are larger than 16 KiB.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: problem('large', 'The extensions of the chunks are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: problem('slow', 'The request did not arrive in time. Nothing of it was counted.'),
};

/** The answer to what is not HTTP. */
export const faultReply = (error: Error & { readonly code?: string }): Reply =>
  FAULTS[error.code ?? ''] ?? problem('unreadable', 'This is not a request by HTTP/1.1. Nothing of it was counted.');
