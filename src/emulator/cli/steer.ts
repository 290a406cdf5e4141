import { defineCommand } from 'citty';
import { durationOf } from '../duration.ts';
import { ask, JSON_ARG, printJson, printLines, URL_ARG } from './client.ts';
import { wrongUsage } from './failure.ts';

const advanceOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = durationOf(text);
  if (value === undefined) throw wrongUsage(`--advance ${text}: a duration like 90s, 10m or 1h is wanted`);
  return value;
};

const rateOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw wrongUsage(`--rate ${text}: a number above 0 is wanted`);
  return value;
};

const timeOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw wrongUsage(`--set ${text}: a time like 2026-03-01T10:00:00Z is wanted`);
  return new Date(time).toISOString();
};

/** The emulator's clock. */
export const clock = defineCommand({
  meta: {
    name: 'clock',
    description: "Shows or moves AWS's clock. Callers whose own clock stays behind are told so, as by AWS.",
  },
  args: {
    set: { type: 'string', description: 'To this time', valueHint: 'TIME' },
    advance: { type: 'string', description: 'By so much', valueHint: '1h' },
    rate: { type: 'string', description: 'Seconds that pass in a second', valueHint: 'N' },
    ...URL_ARG,
    ...JSON_ARG,
  },
  run: async ({ args }) => {
    const steering = { set: timeOf(args.set), advance: advanceOf(args.advance), rate: rateOf(args.rate) };
    const isAsking = Object.values(steering).every((value) => value === undefined);
    const answer = isAsking ? await ask(args.url, 'GET', 'clock') : await ask(args.url, 'POST', 'clock', steering);
    if (args.json) printJson(answer);
    else printLines([`${answer['now']}${answer['rate'] === 1 ? '' : `, ${answer['rate']} times as fast`}`]);
  },
});

const SUBSCRIPTION_ARGS = {
  product: { type: 'positional', description: 'The product code' },
  account: { type: 'string', description: "The buyer's account; else the world's first", valueHint: 'ID' },
  ...URL_ARG,
  ...JSON_ARG,
} as const;

const subscription = (route: 'subscribe' | 'unsubscribe', description: string, said: string) =>
  defineCommand({
    meta: { name: route, description },
    args: SUBSCRIPTION_ARGS,
    run: async ({ args }) => {
      const answer = await ask(args.url, 'POST', route, { product: args.product, account: args.account });
      if (args.json) printJson(answer);
      else printLines([`${answer['account']} ${said} ${answer['product']}.`]);
    },
  });

export const subscribe = subscription('subscribe', 'The buyer buys the product.', 'is subscribed to');
export const unsubscribe = subscription('unsubscribe', 'The buyer leaves the product.', 'has left');

type Key = { readonly product: string; readonly version: number; readonly pem: string };

/** A new key version; the earlier ones have been rotated from now on. */
export const rotateKey = defineCommand({
  meta: { name: 'rotate-key', description: 'Makes the next version of a product key; prints its public key.' },
  args: { product: { type: 'positional', description: 'The product code' }, ...URL_ARG, ...JSON_ARG },
  run: async ({ args }) => {
    const answer = await ask(args.url, 'POST', 'rotate-key', { product: args.product });
    if (args.json) return printJson(answer);
    const key = answer['key'] as Key;
    process.stderr.write(`Version ${key.version} of ${key.product}:\n`);
    process.stdout.write(key.pem);
  },
});

/** The public keys that the vendor's software bakes in. */
export const keys = defineCommand({
  meta: { name: 'keys', description: "Prints a product's public key (PEM): the newest version, or the one asked for." },
  args: {
    product: { type: 'string', description: 'The product code', valueHint: 'CODE' },
    version: { type: 'string', description: 'The key version', valueHint: 'N' },
    ...URL_ARG,
    ...JSON_ARG,
  },
  run: async ({ args }) => {
    const query = args.product === undefined ? '' : `?product=${encodeURIComponent(args.product)}`;
    const answer = await ask(args.url, 'GET', `keys${query}`);
    const all = (answer['keys'] as readonly Key[]).filter(
      ({ version }) => args.version === undefined || version === Number(args.version),
    );
    if (args.json) return printJson({ ...answer, keys: all });
    if (args.product === undefined)
      return printLines(all.map(({ product, version }) => `${product} version ${version}`));
    const key = all.toSorted((a, b) => a.version - b.version).at(-1);
    if (key === undefined) throw wrongUsage(`${args.product} has no key version ${args.version ?? ''}`);
    process.stdout.write(key.pem);
  },
});
