import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const pathOf = (folder: string): string => join(folder, 'holder.json');

/** Says who holds the ledger, for the message of whoever waits for it. It is no lock: SQLite has that. */
export const signIn = (folder: string, since: string): void =>
  writeFileSync(pathOf(folder), `${JSON.stringify({ pid: process.pid, host: hostname(), since })}\n`, { mode: 0o600 });

export const signOut = (folder: string): void => rmSync(pathOf(folder), { force: true });

/** Who holds it, as far as the file says. */
export const holderOf = (folder: string): string => {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(pathOf(folder), 'utf8'));
    return `process ${pid} on ${host} since ${since}`;
  } catch {
    return 'another process';
  }
};
