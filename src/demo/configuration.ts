import * as quantity from '../agent/core/usage/quantity.ts';
import { SOLD } from './dimensions.ts';

/**
 * The configuration that a vendor would bake in, with what the demo's own surroundings want: a free port, a folder of its
 * own, and a log that tells everything. Every duration of it is counted by the fast clock, so that an hour is some
 * seconds; what the supervisor counts by the machine's is then never reached.
 */
export const configurationText = (product: string, ledger: string): string =>
  [
    'product:',
    `  code: ${product}`,
    '  pricing: usage',
    'dimensions:',
    ...SOLD.map(
      ({ dimension, meter, per, decimals }) =>
        `  ${dimension}: { meter: ${meter}, per: ${quantity.format(per)}, decimals: ${decimals}${meter === 'max' ? ', scope: pod' : ''} }`,
    ),
    'door: { listen: "127.0.0.1:0" }',
    `ledger: { directory: ${JSON.stringify(ledger)}, wait: 1h }`,
    'metering: { settle: 5m }',
    'shutdown: { grace: 1h, drain: 55m }',
    'log: { level: debug, format: json }',
    '',
  ].join('\n');
