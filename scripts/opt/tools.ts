import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';

const OPTIONS: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };

/** What a program prints. Throws when it is missing or fails. */
export const printed = (program: string, ...words: readonly string[]): string => {
  try {
    return execFileSync(program, words, OPTIONS).trim();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Error(
        `${program} is missing; on Debian 12 or later: apt-get install --no-install-recommends binutils gcc libc6-dev patchelf tini`,
        { cause },
      );
    throw cause;
  }
};
