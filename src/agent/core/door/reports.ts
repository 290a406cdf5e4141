import { nearestTo } from '../../../regions/index.ts';
import { type Instant, MINUTE, type Millis } from '../time/hour.ts';
import { KINDS, type Meter } from '../usage/kinds.ts';
import { equal, of } from '../usage/quantity.ts';
import type { Report, ReportProblem } from '../usage/report.ts';
import { readAmount } from './amount.ts';
import { isObject, type Json, type JsonObject, readJson } from './json.ts';
import { NOT_RFC_3339, readTime } from './time.ts';

/** What reports are held against. */
export type ReportRules = {
  /** The wall clock: it dates reports. */
  readonly now: Instant;
  /** The configured dimensions by their API names, and how each is metered. */
  readonly dimensions: ReadonlyMap<string, Meter>;
  /** How far back ids are known; an older report could not be told from a copy. */
  readonly window: Millis;
};

export type ReportsReading =
  | { readonly ok: true; readonly reports: readonly Report[]; readonly batch: boolean }
  | {
      readonly ok: false;
      /** 400: the body cannot be read. 422: it can, but some report may not count. */
      readonly status: 400 | 422;
      readonly title: string;
      readonly detail: string;
      readonly problems: readonly ReportProblem[];
    };

export const MOST_REPORTS = 1_000;
export const MOST_ID_BYTES = 256;

/** Clocks of one machine and its containers differ by less. */
const AHEAD: Millis = 5 * MINUTE;

/** So many faults of one report are told; a report with more is no report. */
const MOST_PROBLEMS = 8;

const MEMBERS: ReadonlySet<string> = new Set(['dimension', 'quantity', 'timestamp', 'id', 'tags', 'source', 'start']);

const PRINTABLE = /^[\x20-\x7e]*$/;
const CONTROL = /\p{Cc}/u;

const NONE = {};
const ONE = of(1);

const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text);

/** Why this is no id; undefined when it is one. Half a surrogate pair has no bytes of its own, so two such ids would be one. */
export const idFault = (id: string): string | undefined => {
  if (id === '') return 'must not be empty';
  if (id.length <= MOST_ID_BYTES && PRINTABLE.test(id)) return undefined;
  if (CONTROL.test(id)) return 'must not hold control characters';
  if (!id.isWellFormed()) return 'must not hold half a surrogate pair';
  return Buffer.byteLength(id) > MOST_ID_BYTES ? `is longer than ${MOST_ID_BYTES} bytes` : undefined;
};

const memberFault = (name: string): string => {
  const meant = nearestTo(name, [...MEMBERS]);
  return `is unknown${meant === undefined ? `; known are ${[...MEMBERS].join(', ')}` : `; is it ${meant}?`}`;
};

const dimensionFault = (value: Json | undefined, known: ReadonlyMap<string, Meter>): string | undefined => {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a text: the dimension as the listing names it';
  if (known.has(value)) return undefined;
  const meant = nearestTo(value, [...known.keys()]);
  const hint =
    meant === undefined
      ? `configured are ${[...known.keys()].slice(0, 10).join(', ') || 'none'}`
      : `is it ${quoted(meant)}?`;
  return `${quoted(value)} is not configured; ${hint}`;
};

const timeOf = (value: Json | undefined, { now, window }: ReportRules): { at: Instant } | { why: string } => {
  if (value === undefined) return { at: now };
  if (typeof value !== 'string') return { why: NOT_RFC_3339 };
  const read = readTime(value);
  if ('why' in read) return read;
  if (read.at > now + AHEAD) {
    return { why: `is more than five minutes ahead of now, ${new Date(now).toISOString()}` };
  }
  if (read.at >= now - window) return read;
  return {
    why: `is older than ids are kept (${Math.floor(window / MINUTE)} minutes), so that a copy could not be told from it`,
  };
};

const tagsFault = (value: JsonObject): { readonly field: string; readonly why: string } | undefined => {
  for (const [key, text] of value) {
    const field = `tags.${key.slice(0, 64)}`;
    if (typeof text !== 'string') return { field, why: 'must be a text' };
    if (!key.isWellFormed() || !text.isWellFormed()) return { field, why: 'must not hold half a surrogate pair' };
  }
  return undefined;
};

/** What is wrong with `source` and `start`: some meters need them, to the others they mean nothing. */
const seriesFaults = (
  meter: Meter | undefined,
  { source, start, at }: { readonly source: Json | undefined; readonly start: Json | undefined; readonly at: Instant },
): { readonly faults: readonly (readonly [string, string])[]; readonly began: Instant | undefined } => {
  const faults: (readonly [string, string])[] = [];
  const shape = source === undefined ? undefined : typeof source === 'string' ? idFault(source) : 'must be a text';
  if (shape !== undefined) faults.push(['source', shape]);
  const wants = meter === undefined ? undefined : KINDS[meter].source;
  if (wants !== undefined && source === undefined) faults.push(['source', `is missing: a ${meter} must say ${wants}`]);
  if (meter !== undefined && wants === undefined && source !== undefined) {
    faults.push(['source', `belongs to the meters counter and unique, and this one is ${meter}`]);
  }
  if (start === undefined) return { faults, began: undefined };
  if (meter !== undefined && meter !== 'counter') {
    faults.push(['start', `belongs to the meter counter, and this one is ${meter}`]);
  }
  const read = typeof start === 'string' ? readTime(start) : { why: NOT_RFC_3339 };
  if ('why' in read) return { faults: [...faults, ['start', read.why]], began: undefined };
  if (read.at > at + AHEAD) faults.push(['start', 'is after the reading itself']);
  return { faults, began: read.at };
};

/** Reads one report, or says what is wrong with it. */
const reportOf = (
  value: Json,
  rules: ReportRules,
  problem: (field: string, reason: string) => void,
): Report | undefined => {
  if (!isObject(value)) {
    problem('report', 'must be an object with dimension and quantity');
    return undefined;
  }
  let good = true;
  const bad = (field: string, reason: string): void => {
    good = false;
    problem(field, reason);
  };
  for (const name of value.keys()) if (!MEMBERS.has(name)) bad(name.slice(0, 64), memberFault(name));

  const dimension = value.get('dimension');
  const fault = dimensionFault(dimension, rules.dimensions);
  if (fault !== undefined) bad('dimension', fault);

  const amount = readAmount(value.get('quantity'));
  if ('why' in amount) bad('quantity', amount.why);

  const timestamp = value.get('timestamp');
  const time = timeOf(timestamp, rules);
  if ('why' in time) bad('timestamp', time.why);

  const id = value.get('id');
  const noId = id === undefined ? undefined : typeof id === 'string' ? idFault(id) : 'must be a text';
  if (noId !== undefined) bad('id', noId);

  const tags = value.get('tags');
  if (tags !== undefined && !isObject(tags)) bad('tags', 'must be an object of texts');
  const tagFault = isObject(tags) ? tagsFault(tags) : undefined;
  if (tagFault !== undefined) bad(tagFault.field, tagFault.why);

  const meter = typeof dimension === 'string' ? rules.dimensions.get(dimension) : undefined;
  const [source, start] = [value.get('source'), value.get('start')];
  let began: Instant | undefined;
  if (source !== undefined || start !== undefined || (meter !== undefined && KINDS[meter].source !== undefined)) {
    const series = seriesFaults(meter, { source, start, at: 'why' in time ? rules.now : time.at });
    for (const [field, why] of series.faults) bad(field, why);
    began = series.began;
  }
  if (meter === 'unique' && 'quantity' in amount && !equal(amount.quantity, ONE)) {
    bad('quantity', 'must be 1: a unique counts what is seen, once');
  }

  if (!good || 'why' in amount || 'why' in time) return undefined;
  const dated = timestamp !== undefined;
  const plain: Report = { dimension: dimension as string, quantity: amount.quantity, at: time.at, dated };
  if (id === undefined && tags === undefined && source === undefined) return plain;
  return {
    ...plain,
    ...(typeof id === 'string' ? { id } : NONE),
    ...(typeof source === 'string' ? { source } : NONE),
    ...(began === undefined ? NONE : { start: began }),
    // fromEntries defines members, so that a tag named __proto__ is a tag like any other.
    ...(isObject(tags) ? { tags: Object.fromEntries(tags as ReadonlyMap<string, string>) } : NONE),
  };
};

/**
 * Reads the body of `POST /v1/usage`: one report, or an array of up to 1,000. An empty array is a batch of nothing. When
 * any report is wrong, every wrong one is named and none counts. Never throws.
 */
export const reportsOf = (text: string, rules: ReportRules): ReportsReading => {
  const json = readJson(text);
  if (!json.ok) {
    const detail = text === '' ? 'The body is empty.' : `The body is not JSON that can be counted: ${json.why}.`;
    return { ok: false, status: 400, title: 'Unreadable body', detail, problems: [] };
  }
  const batch = Array.isArray(json.value);
  const values = batch ? (json.value as readonly Json[]) : [json.value];
  const refused = (detail: string, problems: readonly ReportProblem[]): ReportsReading => ({
    ok: false,
    status: 422,
    title: 'Reports refused',
    detail,
    problems,
  });
  if (values.length > MOST_REPORTS) {
    return refused(`A request takes at most ${MOST_REPORTS} reports, this one has ${values.length}.`, []);
  }
  const problems: ReportProblem[] = [];
  const reports: Report[] = [];
  for (const [index, value] of values.entries()) {
    let told = 0;
    const report = reportOf(value, rules, (field, reason) => {
      told += 1;
      if (told <= MOST_PROBLEMS) problems.push({ index, field, reason });
    });
    if (report !== undefined) reports.push(report);
  }
  if (problems.length === 0) return { ok: true, reports, batch };
  const bad = values.length - reports.length;
  const detail = `${bad} of ${values.length} ${values.length === 1 ? 'report is' : 'reports are'} refused; nothing of this request counts.`;
  return refused(detail, problems);
};
