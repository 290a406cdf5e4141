import type { Term } from '../../src/agent/core/standby/term.ts';
import type { LeaseAnswer, Leases, StoredLease } from '../../src/agent/ports.ts';

/** What becomes of one request: `lost` is done and not answered, `held` is done when it is let go. */
export type LeaseWeather =
  | 'fine'
  | 'away'
  | 'lost'
  | 'held'
  | { readonly status: number; readonly retryAfter?: number };

/** A Lease in memory as an API server keeps it: a write must name the version it was read in. */
export const makeVirtualLease = (now: () => number) => {
  let stored: StoredLease = { version: '1', holder: '', term: undefined, duration: undefined };
  let weather: (who: string, verb: 'get' | 'update') => LeaseWeather = () => 'fine';
  const requests: { readonly at: number; readonly who: string; readonly verb: 'get' | 'update' }[] = [];
  const held: (() => void)[] = [];

  const silent: LeaseAnswer = { kind: 'silence', why: 'connect ECONNREFUSED' };
  const next = (change: Omit<StoredLease, 'version'>): StoredLease => {
    stored = { ...change, version: String(Number(stored.version) + 1) };
    return stored;
  };

  const perform = async (who: string, verb: 'get' | 'update', work: () => LeaseAnswer): Promise<LeaseAnswer> => {
    requests.push({ at: now(), who, verb });
    const now_ = weather(who, verb);
    if (now_ === 'fine') return work();
    if (now_ === 'away') return silent;
    if (now_ === 'lost') {
      work();
      return silent;
    }
    if (now_ === 'held') {
      held.push(() => void work());
      return silent;
    }
    return {
      kind: 'refused',
      status: now_.status,
      message: `said ${now_.status}`,
      retryAfter: now_.retryAfter,
    };
  };

  return {
    requests,
    read: () => stored,
    /** Somebody writes it beside the replicas. */
    put: (change: Partial<StoredLease>) => void next({ ...stored, ...change }),
    setWeather: (of: typeof weather) => {
      weather = of;
    },
    letGo: () => {
      for (const work of held.splice(0)) work();
    },
    /** As one replica reaches it. */
    port: (who: string): Leases => ({
      read: () => perform(who, 'get', () => ({ kind: 'ok', stored })),
      write: (over, { holder, term, duration }: { holder: string; term: Term; duration: number }) =>
        perform(who, 'update', () =>
          over.version === stored.version
            ? { kind: 'ok', stored: next({ holder, term, duration }) }
            : { kind: 'conflict' },
        ),
    }),
  };
};

export type VirtualLease = ReturnType<typeof makeVirtualLease>;
