import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TollgateError, toError } from '../../core/errors.ts';
import { EXIT } from '../../core/exitCode.ts';

/** The secret of the door and the file in which whoever may report finds it. */
export type DoorToken = { readonly file: string; readonly token: string };

const LEAST_LENGTH = 16;

/** Reads the token that the vendor has put into a file. Throws a TollgateError (78) when it is not there or too short. */
export const readDoorToken = (file: string): DoorToken => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new TollgateError('door_token', `door.tokenFile ${file} ${why}`, {
      remedy: `write a secret of at least ${LEAST_LENGTH} characters into it, for example: openssl rand -hex 32 > ${file}`,
      exitCode: EXIT.configuration,
      cause,
    });
  };
  let token = '';
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    return refuse(`cannot be read: ${toError(error).message}`, error);
  }
  // The product may work in another folder.
  return token.length < LEAST_LENGTH
    ? refuse(`holds fewer than ${LEAST_LENGTH} characters`)
    : { file: resolve(file), token };
};

/** Makes a token for the product that `exec` starts, in a file that only this user may read. */
export const makeDoorToken = (directory: string): DoorToken => {
  const [file, token] = [resolve(directory, 'door-token'), randomBytes(32).toString('hex')];
  writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { file, token };
};
