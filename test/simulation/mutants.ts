/** One thing that must not be done wrong, done wrong: `find` stands in the file once and becomes `put`. */
export type Mutant = { readonly name: string; readonly file: string; readonly find: string; readonly put: string };

/** Each of these must make the simulation fail. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'doubt is cleared by a throttle',
    file: 'src/agent/core/record/outcome.ts',
    find: `    case 'no':
      return before;`,
    put: `    case 'no':
      return false;`,
  },
  {
    name: 'a record in doubt moves at the edge of its window',
    file: 'src/agent/core/record/outcome.ts',
    find: `if (doubt && policies.onDoubt === 'quarantine') {`,
    put: 'if (false) {',
  },
  {
    name: 'an id is looked up in the hour of its arrival only',
    file: 'src/agent/io/ledger/rows/ids.ts',
    find: 'for (const { find } of tables.values()) {',
    put: 'for (const { find } of [...tables.values()].slice(-1)) {',
  },
  {
    name: 'an id twice in one request counts twice',
    file: 'src/agent/io/ledger/append.ts',
    find: 'const known = inBatch.get(report.id) ?? ids.find(name)?.content;',
    put: 'const known = ids.find(name)?.content;',
  },
  {
    name: 'sending is not written before another attempt',
    file: 'src/agent/io/ledger/ledger.ts',
    find: `records.begin(token);
        return records.readWhole(token);`,
    put: `return { ...records.readWhole(token), state: 'sending' };`,
  },
  {
    name: 'sending that is found at the start is no doubt',
    file: 'src/agent/io/ledger/takeOver.ts',
    find: `records.change(token, { state: 'waiting', doubt: true });`,
    put: `records.change(token, { state: 'waiting', doubt: false });`,
  },
  {
    name: 'the carry is kept in units',
    file: 'src/agent/core/usage/meter.ts',
    find: 'carry: quantity.subtract(total, quantity.multiply(units, per)) };',
    put: `carry: quantity.subtract(quantity.divide(total, per, 6, 'down'), units) };`,
  },
  {
    name: 'reports are answered before they are on disk',
    file: 'src/agent/io/ledger/groupCommit.ts',
    find: 'receipts = commit(group);',
    put: `receipts = group.map(({ batch }) => ({ kind: 'accepted', accepted: batch.reports.length, duplicates: 0, late: 0, untagged: 0 }));
      setImmediate(() => { try { commit(group); } catch {} });`,
  },
  {
    name: 'what a dead resource left goes out under its old hours',
    file: 'src/agent/io/ledger/takeOver.ts',
    find: 'if (refusal === undefined && hour >= firstHour) {',
    put: 'if (refusal === undefined) {',
  },
  {
    name: 'a late report counts in an hour that is frozen',
    file: 'src/agent/core/time/place.ts',
    find: '&& !taken(named)) return',
    put: ') return',
  },
  {
    name: 'a retry is stamped with the time of the retry',
    file: 'src/agent/services/sending.ts',
    find: 'await marketplace.meter(requestOf(record));',
    put: 'await marketplace.meter(requestOf({ ...record, timestamp: Math.min(record.timestamp, (timekeeping.guess() ?? record.timestamp) - record.attempts) }));',
  },
  {
    name: 'an acceptance without a record id is believed',
    file: 'src/agent/core/sending/meterAnswers.ts',
    find: 'return answer.body.recordId === undefined ? MAYBE : ',
    put: 'return ',
  },
  {
    name: 'units of a conflict are forgotten where they should be held',
    file: 'src/agent/io/ledger/settle.ts',
    find: `if (outcome.units.to === 'hold') hold(`,
    put: `if (outcome.state === 'shadow') hold(`,
  },
  {
    name: 'the first hour of a resource stays the one of the wall',
    file: 'src/agent/io/ledger/straighten.ts',
    find: 'guessed ? firstHourOf(now, age) : firstHour',
    put: 'firstHour',
  },
  {
    name: 'usage that a wrong wall put before the first hour stays there',
    file: 'src/agent/io/ledger/straighten.ts',
    find: 'hour < first || hour > open + slack',
    put: 'hour > open + slack',
  },
  {
    name: 'the maximum of an hour is said of the next one when a resource comes back',
    file: 'src/agent/io/ledger/takeOver.ts',
    find: 'if (!SAYS_ONE_NUMBER.has(open.definition.meter)) {',
    put: 'if (true) {',
  },
  {
    name: 'a counter counts whole again under other tags',
    file: 'src/agent/io/ledger/rows/series.ts',
    find: '!mayBeRenamed({ at, start }, sameSource(report, together))',
    put: 'true',
  },
  {
    name: 'an hour is over by the wall and not by the time of AWS',
    file: 'src/agent/services/reporting.ts',
    find: 'const now = timekeeping.now() ?? (await timekeeping.find());',
    put: 'const now = clock.wall();',
  },
];
