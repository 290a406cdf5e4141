import { renameSync } from 'node:fs';
import type { Config } from '../../../core/configuration/config.ts';
import { TollgateError, toError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { type Millis, SECOND } from '../../../core/time/hour.ts';
import type { Clock, Log, Scheduler } from '../../../ports.ts';
import { type Database, openDatabase } from './database.ts';
import { holderOf } from './holder.ts';
import { isBroken, isBusy } from './transaction.ts';

/** How often a file that is in use is tried again. */
const LOOK_AGAIN: Millis = SECOND / 4;

/** Opens the database file, waiting while another process holds it. A file that is no ledger is set aside, never deleted. */
export const openPatiently = async (
  file: string,
  {
    settings,
    clock,
    scheduler,
    log,
  }: {
    readonly settings: Config['ledger'];
    readonly clock: Clock;
    readonly scheduler: Pick<Scheduler, 'sleep'>;
    readonly log: Log;
  },
): Promise<Database> => {
  const until = clock.monotonic() + settings.wait;
  for (let told = false; ; told = true) {
    try {
      return openDatabase(file, settings.maxBytes);
    } catch (error) {
      if (isBroken(error)) {
        const aside = `${file}.broken-${new Date(clock.wall()).toISOString().replaceAll(':', '')}`;
        for (const suffix of ['', '-wal']) {
          try {
            renameSync(`${file}${suffix}`, `${aside}${suffix}`);
          } catch (missing) {
            if (suffix === '') throw missing;
          }
        }
        log.error('ledger set aside', { file, aside, why: toError(error).message });
        continue;
      }
      if (!isBusy(error)) throw error;
      const holder = holderOf(settings.directory);
      if (clock.monotonic() >= until) {
        throw new TollgateError('ledger_in_use', `the ledger ${file} is in use by ${holder}`, {
          remedy: `stop that process, or give this one its own ledger.directory; it was waited for ${settings.wait / SECOND} s (ledger.wait)`,
          exitCode: EXIT.ledger,
        });
      }
      if (!told) log.warn('ledger in use', { file, holder, waiting: `${settings.wait / SECOND} s` });
      await scheduler.sleep(LOOK_AGAIN);
    }
  }
};
