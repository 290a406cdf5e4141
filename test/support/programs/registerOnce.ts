import { openAws } from '../../../src/agent/io/aws/openAws.ts';
import { lookAround } from '../../../src/agent/io/aws/platform.ts';

/** Looks around, registers once, prints both as JSON: what a start comes to in the environment that it was given. */
const env = { ...process.env };
const detected = await lookAround(env, { platform: 'auto', endpoints: 'any' });
if (detected.kind !== 'known' || detected.whereabouts.platform === 'local') throw new Error(JSON.stringify(detected));
const silent = () => {};
const { marketplace } = await openAws(
  { whereabouts: detected.whereabouts, endpoints: 'any' },
  {
    env,
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  },
);
const answer = await marketplace.register({ productCode: 'product123', keyVersion: 1, nonce: 'n' });
process.stdout.write(JSON.stringify({ platform: detected.whereabouts.platform, answer }));
