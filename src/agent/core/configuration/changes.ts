import { type Definition, definitionOf, read } from '../usage/definition.ts';
import * as quantity from '../usage/quantity.ts';
import type { Config } from './config.ts';
import type { Standing } from './standing.ts';

/**
 * One thing that a new configuration means for the ledger that is there.
 *
 * - `keeps`: nothing is lost; what began under the old configuration ends under it.
 * - `costs`: usage would not be billed, or a person would have to decide.
 */
export type Change = {
  readonly effect: 'keeps' | 'costs';
  readonly dimension: string | null;
  readonly hour: string | null;
  readonly text: string;
};

const changeOf =
  (effect: Change['effect']) =>
  (text: string, dimension: string | null = null, hour: string | null = null): Change => ({
    effect,
    dimension,
    hour,
    text,
  });

const keeps = changeOf('keeps');
const costs = changeOf('costs');

const isSome = (text: string): boolean => !quantity.isZero(quantity.read(text));

/** The fields in which two definitions differ, in words. */
const differences = (old: Definition, now: Definition): readonly string[] => {
  const show = (value: Definition[keyof Definition]): string =>
    typeof value === 'object' ? quantity.format(value) : String(value ?? 'not set');
  const fields = ['product', 'meter', 'per', 'decimals', 'rounding', 'scope', 'within'] as const;
  return fields
    .map((field) => [field, show(old[field]), show(now[field])] as const)
    .filter(([, was, is]) => was !== is)
    .map(([field, was, is]) => `${field} ${was} (now ${is})`);
};

/** What the whole configuration does to the whole ledger. */
const ofAll = ({ product, metering, ledger }: Config, standing: Standing): readonly Change[] => {
  const isUnsent = standing.open.length + standing.unsettled.length > 0;
  const changes: Change[] = [];
  if (product.pricing !== 'usage' && isUnsent) {
    changes.push(
      costs(`product.pricing is ${product.pricing}: nothing is metered, so what is not sent yet never will be`),
    );
  }
  if (standing.mode === 'shadow' && metering.mode === 'send') {
    changes.push(
      keeps(
        'metering.mode goes from shadow to send: what was counted in the shadow is never billed, its carry neither',
      ),
    );
  }
  if (standing.mode === 'send' && metering.mode === 'shadow' && isUnsent) {
    changes.push(
      costs('metering.mode goes from send to shadow: hours without a record yet are not sent, and never billed'),
    );
  }
  if (standing.bytes > ledger.maxBytes) {
    changes.push(
      costs(
        `ledger.maxBytes is ${ledger.maxBytes}, and the ledger has ${standing.bytes} bytes: it would take no reports`,
      ),
    );
  }
  return changes;
};

const ofOpenHours = (config: Config, standing: Standing): readonly Change[] =>
  standing.open.flatMap(({ dimension, hour, definition, counted, moved }) => {
    const old = read(definition);
    const now = config.dimensions.find(({ name }) => name === dimension);
    const holds = `${counted} counted${isSome(moved) ? ` and ${moved} units moved there` : ''}`;
    const change = (effect: typeof keeps, text: string): Change => effect(text, dimension, hour);
    if (old.product !== config.product.code) {
      return [
        change(
          costs,
          `${holds}: goes out under the product ${old.product} while AWS takes it; what it does not take in time is quarantined, never billed under ${config.product.code}`,
        ),
      ];
    }
    if (now === undefined) {
      return [
        change(keeps, `${holds}: is sent as it began, though the dimension is gone; new reports of it are refused`),
      ];
    }
    const different = differences(old, definitionOf(config.product.code, now));
    if (different.length === 0) return [];
    return [change(keeps, `${holds}: keeps what it began with until it is sent: ${different.join(', ')}`)];
  });

const ofRecords = (config: Config, standing: Standing): readonly Change[] =>
  standing.unsettled
    .filter(({ product }) => product !== config.product.code)
    .map(({ dimension, hour, product, quantity: units }) =>
      costs(
        `${units} units not taken by AWS yet: go out under the product ${product}; what it does not take in time is quarantined`,
        dimension,
        hour,
      ),
    );

const ofDimensions = (config: Config, standing: Standing): readonly Change[] =>
  standing.dimensions.flatMap(({ name, carry, product, held, definition }) => {
    const now = config.dimensions.find((dimension) => dimension.name === name);
    const old = definition === undefined ? undefined : read(definition);
    const isOther = (product ?? old?.product ?? config.product.code) !== config.product.code;
    const changes: Change[] = [];
    if (isSome(carry)) {
      if (isOther)
        changes.push(costs(`a carry of ${carry}, less than one unit of the old product, is written off`, name));
      else if (now === undefined) {
        changes.push(
          costs(
            `the dimension is gone: its carry of ${carry}, less than one unit, is not billed unless it comes back`,
            name,
          ),
        );
      } else if (old !== undefined && !quantity.equal(old.per, now.per)) {
        changes.push(
          keeps(`its carry of ${carry} stays a raw count, and counts by per ${quantity.format(now.per)}`, name),
        );
      } else if (old !== undefined && old.meter !== now.meter) {
        changes.push(keeps(`its carry of ${carry} stays for the meter ${now.meter}`, name));
      }
    }
    if (isSome(held)) {
      if (isOther) {
        changes.push(
          costs(`${held} units that are held can only be released while the old product is configured`, name),
        );
      } else if (now === undefined) {
        changes.push(
          keeps(`${held} units that are held can still be released: they go out as their hour was metered`, name),
        );
      }
    }
    return changes;
  });

/** What a configuration would mean for the ledger that is there: everything that is not as if it had always been so. */
export const changesFor = (config: Config, standing: Standing): readonly Change[] => [
  ...ofAll(config, standing),
  ...ofOpenHours(config, standing),
  ...ofRecords(config, standing),
  ...ofDimensions(config, standing),
];
