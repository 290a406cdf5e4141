/** How a dimension's reports become one number an hour. */
export type Meter = 'sum' | 'counter' | 'max' | 'average' | 'last' | 'unique';

/** What tells a meter from the others. */
export type Kind = {
  /** Whether raw counts add up to units: then nothing is rounded away, and what is late counts all the same. */
  readonly adds: boolean;
  /** What a report of it must name as its `source`: the series of a reading, or the thing that was seen. */
  readonly source?: string;
  /** Whether its reports are counted by their tags. */
  readonly tagged: boolean;
  /** Hours that began with meters of one shape take the reports of each other; `undefined`: no other meter's. */
  readonly shape?: 'amount';
  /** Whether two reporters that follow one another within an hour would bill that hour twice. */
  readonly handedOver: boolean;
};

export const KINDS: Readonly<Record<Meter, Kind>> = {
  sum: { adds: true, tagged: true, shape: 'amount', handedOver: false },
  counter: { adds: true, source: 'whose counter it is', tagged: true, handedOver: false },
  max: { adds: false, tagged: true, shape: 'amount', handedOver: true },
  // A time integral adds up over pods and restarts: whoever follows counts on from its own start.
  average: { adds: false, tagged: false, handedOver: false },
  last: { adds: false, tagged: false, handedOver: true },
  unique: { adds: false, source: 'what was seen', tagged: false, handedOver: true },
};

export const METERS = Object.keys(KINDS) as readonly Meter[];

/** Whether an hour that began with the meter `began` can take a report that is meant for `now`. */
export const takes = (began: Meter, now: Meter): boolean =>
  began === now || (KINDS[began].shape !== undefined && KINDS[began].shape === KINDS[now].shape);
