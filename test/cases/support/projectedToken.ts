import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');

/** A service account token as kubelet projects it, of the pod `uid`; each `number` gives another text. */
export const projectedTokenOf = (uid: string, number: number): string => {
  const claims = {
    aud: ['sts.amazonaws.com'],
    iat: 1_767_261_600 + number,
    sub: 'system:serviceaccount:shop:parser',
    'kubernetes.io': { namespace: 'shop', pod: { name: 'parser-0', uid } },
  };
  return `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}.${part(`signature ${number}`)}`;
};

export type ProjectedToken = Disposable & {
  /** The path that a pod is given. */
  readonly file: string;
  /** Puts another token in its place, as kubelet does: a new folder, and the link `..data` renamed over the old one. */
  readonly swap: (number: number) => void;
  /** Takes it away for a moment. */
  readonly remove: () => void;
};

/** A projected volume: `token` is a link to `..data/token`, `..data` a link to the folder of the moment. */
export const projectToken = (uid: string): ProjectedToken => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-projected-'));
  const [file, data] = [join(folder, 'token'), join(folder, '..data')];
  let present = '';
  symlinkSync(join('..data', 'token'), file);
  return {
    file,
    swap: (number) => {
      const next = `..2026_${number}`;
      mkdirSync(join(folder, next));
      writeFileSync(join(folder, next, 'token'), `${projectedTokenOf(uid, number)}\n`);
      symlinkSync(next, `${data}_tmp`);
      renameSync(`${data}_tmp`, data);
      if (present !== '') rmSync(join(folder, present), { recursive: true });
      present = next;
    },
    remove: () => {
      rmSync(data, { force: true });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
