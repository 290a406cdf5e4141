import type { Clock } from '../clock.ts';
import type { Random } from '../house.ts';
import { isErrorName } from '../rules/answer.ts';
import type { Fault, FaultIn } from './fault.ts';

/** What is asked of the book at each call. */
export type Occasion = { readonly service: string; readonly operation: string; readonly resource?: string };

export type FaultBook = {
  readonly add: (fault: FaultIn) => Fault;
  readonly list: () => readonly Fault[];
  readonly clear: (id?: number) => number;
  /** The faults that hit this call, each counted: all latencies, and the first of the others. */
  readonly strike: (occasion: Occasion) => readonly Fault[];
};

/** A fault without an operation is for the metering service: a stray credential call does not use it up. */
const isNamed = ({ operation }: Fault, occasion: Occasion): boolean =>
  operation === undefined
    ? occasion.service === 'metering'
    : ['all', occasion.operation, occasion.service].includes(operation);

/** A name that only STS has cannot come from the metering service. */
const canSay = ({ error }: Fault, { service }: Occasion): boolean =>
  error === undefined || service !== 'metering' || isErrorName(error);

/** Only a batch can come back unprocessed. */
const canDo = ({ kind }: Fault, { operation }: Occasion): boolean =>
  kind !== 'unprocessed' || operation === 'BatchMeterUsage';

const isMeant = (fault: Fault, occasion: Occasion): boolean =>
  isNamed(fault, occasion) &&
  canSay(fault, occasion) &&
  canDo(fault, occasion) &&
  (fault.resource === undefined || fault.resource === occasion.resource);

const isOver = (fault: Fault, now: number): boolean =>
  (fault.until !== undefined && now >= fault.until) || (fault.times !== undefined && fault.applied >= fault.times);

export const makeFaultBook = (clock: Clock, random: Random): FaultBook => {
  let faults: readonly Fault[] = [];
  let lastId = 0;
  const current = (): readonly Fault[] => {
    faults = faults.filter((fault) => !isOver(fault, clock()));
    return faults;
  };
  return {
    add: ({ for: duration, ...fault }) => {
      lastId += 1;
      const added: Fault = {
        ...fault,
        id: lastId,
        applied: 0,
        ...(duration !== undefined && { until: clock() + duration }),
      };
      faults = [...faults, added];
      return added;
    },
    list: current,
    clear: (id) => {
      const before = current().length;
      faults = id === undefined ? [] : faults.filter((fault) => fault.id !== id);
      return before - faults.length;
    },
    strike: (occasion) => {
      const meant = current()
        .filter((fault) => isMeant(fault, occasion))
        .filter(({ share }) => share === undefined || random.share() < share);
      const blow = meant.find(({ kind }) => kind !== 'latency');
      const hits = meant.filter((fault) => fault.kind === 'latency' || fault === blow);
      faults = faults.map((fault) => (hits.includes(fault) ? { ...fault, applied: fault.applied + 1 } : fault));
      return hits;
    },
  };
};
