import { rmSync } from 'node:fs';
import type { Config } from '../../../core/configuration/config.ts';
import { TollgateError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exitCode.ts';
import { type Millis, SECOND } from '../../../core/time/hour.ts';
import type { Clock, Log, Scheduler } from '../../../ports.ts';
import type { Database } from './database.ts';
import { explained } from './folder.ts';
import { holderOf } from './holder.ts';
import { finishRescue } from './inPlace.ts';
import { type Aside, setAside } from './setAside.ts';
import { isBroken, isBusy, isFull } from './transaction.ts';
import { unavailable } from './trouble.ts';
import { FULL } from './writer.ts';

/** How often a file that is in use is tried again. */
const LOOK_AGAIN: Millis = SECOND / 4;

/** Opens the database file, waiting while another process holds it. A file that is no ledger is set aside, never deleted. */
export const openPatiently = async (
  file: string,
  open: () => Database,
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
): Promise<{ readonly database: Database; readonly aside: Aside | undefined }> => {
  let aside: Aside | undefined;
  const until = clock.monotonic() + settings.wait;
  for (let told = false; ; told = true) {
    try {
      finishRescue(file);
      const database = open();
      rmSync(`${file}.rescuing`, { force: true });
      return { database, aside };
    } catch (error) {
      if (isBroken(error)) {
        aside = setAside(file, error, clock.wall(), log);
        continue;
      }
      if (isFull(error)) throw unavailable(FULL, error);
      if (!isBusy(error)) throw explained(file, error);
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
