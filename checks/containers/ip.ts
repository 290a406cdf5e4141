import { execFileSync } from 'node:child_process';

/** `ip WORDS`, in the namespace of this process. */
export const ip = (...words: readonly string[]): void => {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
};

/** Brings loopback up, with more addresses on it: `10.1.2.3/32`. */
export const bringUp = (...addresses: readonly string[]): void => {
  ip('link', 'set', 'lo', 'up');
  for (const address of addresses)
    ip(
      ...(address.includes(':') ? ['-6'] : []),
      'addr',
      'add',
      address,
      'dev',
      'lo',
      ...(address.includes(':') ? ['nodad'] : []),
    );
};
