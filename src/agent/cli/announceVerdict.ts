import type { Verdict } from '../core/gate/verdict.ts';
import type { Log } from '../ports.ts';

/** What a person reads of a verdict beside its value. */
const fieldsOf = ({ value, reason, remedy, confirmed, remembered }: Verdict): Readonly<Record<string, unknown>> => ({
  value,
  reason,
  ...(remedy === undefined ? {} : { remedy }),
  // Only what is out of the ordinary is worth a reader's time.
  ...(remembered ? { remembered } : {}),
  ...((value === 'granted' || value === 'exempt') && !confirmed ? { confirmed } : {}),
});

/** One line when granted and one at each change; the same verdict again is no news. */
export const makeAnnouncer = (log: Log): ((verdict: Verdict) => void) => {
  let last: string | undefined;
  return (verdict) => {
    const fields = fieldsOf(verdict);
    const said = JSON.stringify(fields);
    if (said === last) return;
    last = said;
    if (verdict.value === 'refused') log.error('verdict', fields);
    else if (verdict.value === 'pending') log.warn('verdict', fields);
    else log.info('verdict', fields);
  };
};
