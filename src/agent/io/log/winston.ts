import { Writable } from 'node:stream';
import winston from 'winston';
import type { Entry, Level } from './line.ts';

/**
 * A winston logger at `least` whose one transport hands each entry to `write`. winston's own console and file transports
 * wait for, or fail with, whoever reads them.
 */
export const makeWinston = (least: Level, write: (entry: Entry) => void): ((entry: Entry) => void) => {
  const stream = new Writable({
    objectMode: true,
    write: ({ entry }: { readonly entry: Entry }, _encoding, done) => {
      write(entry);
      done();
    },
  });
  const logger = winston.createLogger({
    level: least,
    levels: winston.config.npm.levels,
    transports: [new winston.transports.Stream({ stream })],
  });
  return (entry) => void logger.log({ level: entry.level, message: entry.event, entry });
};
