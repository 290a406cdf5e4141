import { randomUUID } from 'node:crypto';
import { hourOf } from '../../../src/agent/core/time/hour.ts';
import { openAws } from '../../../src/agent/io/aws/openAws.ts';
import { lookAround } from '../../../src/agent/io/aws/platform.ts';

/**
 * callAws.ts [PRODUCT]: looks around and registers once in the environment that it was given; with a product meters 40
 * requests and 1.5 data_gb of this hour instead. Prints what came of it as JSON.
 */
const [product] = process.argv.slice(2);
const env = { ...process.env };
const detected = await lookAround(env, { platform: 'auto', endpoints: 'any' });
if (detected.kind !== 'known' || detected.whereabouts.platform === 'local') throw new Error(JSON.stringify(detected));
const { whereabouts } = detected;
const silent = () => {};
const { marketplace } = await openAws(
  { whereabouts, endpoints: 'any' },
  {
    env,
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  },
);

const meter = async (productCode: string) => {
  const timestamp = Date.now();
  const common = { productCode, hour: hourOf(timestamp), timestamp };
  return [
    await marketplace.date(),
    await marketplace.dryRun({ productCode, dimension: 'requests', timestamp }),
    await marketplace.meter({
      ...common,
      dimension: 'requests',
      quantity: '40',
      form: 'integer',
      clientToken: randomUUID(),
    }),
    await marketplace.meter({
      ...common,
      dimension: 'data_gb',
      quantity: '1.5',
      form: 'decimal',
      allocations: [
        { quantity: '1.2', tags: { team: 'blue' } },
        { quantity: '0.3', tags: {} },
      ],
      clientToken: randomUUID(),
    }),
  ];
};

const answers =
  product === undefined
    ? [await marketplace.register({ productCode: 'product123', keyVersion: 1, nonce: 'n' })]
    : await meter(product);
process.stdout.write(JSON.stringify({ platform: whereabouts.platform, resource: whereabouts.resource, answers }));
