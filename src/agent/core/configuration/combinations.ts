import { HOUR } from '../hour.ts';
import { refusalOf } from './layers/buyerMay.ts';
import { at, type Branch, isBranch, leadsThrough, type Path } from './layers/tree.ts';
import { MOST_DIMENSIONS } from './schema/dimension.ts';
import type { Settings } from './schema/schema.ts';
import type { Finding } from './sentences.ts';
import { format } from './values/duration.ts';
import { isLoopback } from './values/listen.ts';

/** Settings that are right one by one and impossible together. */
type Rule = {
  /** The settings that the rule is about; the problem stands at the first of them that somebody wrote. */
  readonly about: readonly Path[];
  readonly broken: boolean;
  readonly message: string;
  readonly fix: string;
  /** Whether the key is wrong rather than its value. */
  readonly key?: true;
  /** Whether the rule holds whatever is wrong with parts of what it is about. */
  readonly partsAside?: true;
};

/** A product whose trouble is shorter than this must not be stopped for it (AMI seller guide, custom metering: fail closed no sooner). */
const LEAST_BEFORE_STOPPING = 2 * HOUR;

const pricingRules = ({ product }: Settings, named: readonly string[]): readonly Rule[] => {
  const registers = product.pricing === 'hourly' || product.pricing === 'monthly';
  return [
    {
      about: [['dimensions'], ['product', 'pricing']],
      partsAside: true,
      broken: product.pricing !== 'usage' && named.length > 0,
      message: `a product with pricing: ${product.pricing} has no dimensions to meter: ${
        registers ? 'AWS counts its tasks and pods by itself' : 'AWS bills nothing for its use'
      }`,
      fix: 'take the dimensions away, or write pricing: usage if the listing is priced by usage',
    },
    {
      about: [['product', 'pricing'], ['dimensions']],
      partsAside: true,
      broken: product.pricing === 'usage' && named.length === 0,
      message: 'a product with pricing: usage needs at least one dimension',
      fix: 'write the dimensions of the listing, like "dimensions: { requests: { meter: sum } }", or another pricing',
    },
    {
      about: [
        ['product', 'publicKeys'],
        ['product', 'pricing'],
      ],
      broken: registers && product.publicKeys.length === 0,
      message: `pricing: ${product.pricing} needs product.publicKeys, to verify that RegisterUsage was answered by AWS`,
      fix: 'write "publicKeys: [{ version: 1, file: /etc/tollgate/key-1.pem }]" with the key that the portal shows',
    },
    {
      about: [['dimensions']],
      partsAside: true,
      broken: named.length > MOST_DIMENSIONS,
      message: `there are ${named.length} dimensions, and AWS takes ${MOST_DIMENSIONS} at most`,
      fix: 'take away those that the listing does not have',
    },
  ];
};

const dimensionRules = ({ dimensions }: Settings): readonly Rule[] =>
  Object.entries(dimensions).flatMap(([name, { meter, scope, rounding }]): readonly Rule[] => [
    {
      about: [['dimensions', name, 'scope']],
      broken: meter === 'sum' && scope !== undefined,
      message: 'scope belongs to the meter max: sums of several pods add up by themselves',
      fix: 'take scope away',
      key: true,
    },
    {
      about: [['dimensions', name, 'rounding']],
      broken: meter === 'sum' && rounding !== undefined,
      message: 'rounding belongs to the meter max: a sum carries the part of a unit to the next hour',
      fix: 'take rounding away',
      key: true,
    },
    {
      about: [
        ['dimensions', name, 'scope'],
        ['dimensions', name, 'meter'],
      ],
      broken: meter === 'max' && scope === undefined,
      message: `scope is missing: AWS adds the hours of all tasks and pods, and a max must say whether they may be added`,
      fix: 'write "scope: pod" if every task or pod counts its own, or "scope: product" if one reporter speaks for the whole installation',
    },
  ]);

const keyRules = ({ product: { publicKeys } }: Settings): readonly Rule[] =>
  publicKeys.flatMap(({ version, file, pem }, index): readonly Rule[] => {
    const first = publicKeys.findIndex((key) => key.version === version);
    return [
      {
        about: [
          ['product', 'publicKeys', index, 'version'],
          ['product', 'publicKeys'],
        ],
        broken: first < index,
        message: `version ${version} is the version of publicKeys[${first}] too`,
        fix: 'give each key the version that the portal shows',
      },
      {
        about: [
          ['product', 'publicKeys', index],
          ['product', 'publicKeys'],
        ],
        broken: (file === undefined) === (pem === undefined),
        message:
          file === undefined
            ? 'the key has neither a file nor a pem'
            : 'the key has both a file and a pem: which is it?',
        fix: 'write { version: 1, file: /path/to/key.pem } or { version: 1, pem: "..." }',
      },
    ];
  });

const otherRules = (settings: Settings): readonly Rule[] => {
  const { door, health, ledger, metering, platform, shutdown } = settings;
  return [
    {
      about: [['metering', 'onShutdown'], ['platform']],
      broken: metering.onShutdown === 'keep' && platform === 'ecs',
      message: 'onShutdown: keep would lose the last hour on ECS, where nothing outlives the task to send it',
      fix: 'write onShutdown: send',
    },
    {
      about: [
        ['shutdown', 'drain'],
        ['shutdown', 'grace'],
      ],
      broken: shutdown.drain >= shutdown.grace,
      message: `drain (${format(shutdown.drain)}) is a part of grace (${format(shutdown.grace)}), and must be shorter`,
      fix: 'raise shutdown.grace or lower shutdown.drain',
    },
    {
      about: [
        ['ledger', 'dedupe', 'least'],
        ['ledger', 'dedupe', 'keep'],
      ],
      broken: ledger.dedupe.least > ledger.dedupe.keep,
      message: `dedupe.least (${format(ledger.dedupe.least)}) is longer than dedupe.keep (${format(ledger.dedupe.keep)})`,
      fix: 'raise ledger.dedupe.keep or lower ledger.dedupe.least',
    },
    {
      about: [
        ['metering', 'whenFailing', 'after'],
        ['metering', 'whenFailing', 'do'],
      ],
      broken: metering.whenFailing.do !== 'warn' && metering.whenFailing.after < LEAST_BEFORE_STOPPING,
      message: `whenFailing stops the product (do: ${metering.whenFailing.do}) after ${format(metering.whenFailing.after)} of trouble, and less than ${format(LEAST_BEFORE_STOPPING)} is not enough`,
      fix: `write after: ${format(LEAST_BEFORE_STOPPING)} or longer, or do: warn`,
    },
    {
      about: [
        ['door', 'listen'],
        ['door', 'tokenFile'],
      ],
      broken: !isLoopback(door.listen) && door.tokenFile === null,
      message: 'the door listens beyond loopback, where anybody could hand in usage, and has no tokenFile',
      fix: 'write door.tokenFile: /path/to/token, or listen on 127.0.0.1 or a unix socket',
    },
    {
      about: [
        ['health', 'listen'],
        ['door', 'listen'],
      ],
      broken:
        health.listen?.kind === 'tcp' &&
        door.listen.kind === 'tcp' &&
        health.listen.port === door.listen.port &&
        door.listen.port !== 0,
      message: 'health and door listen on the same port',
      fix: 'give health.listen another port, like 0.0.0.0:8788',
    },
    {
      about: [
        ['health', 'listen'],
        ['door', 'listen'],
      ],
      broken: health.listen?.kind === 'unix' && door.listen.kind === 'unix' && health.listen.path === door.listen.path,
      message: 'health and door listen on the same socket',
      fix: 'give health.listen another path',
    },
  ];
};

const buyerRules = ({ buyerMay }: Settings): readonly Rule[] =>
  buyerMay.flatMap((name, index) => {
    const refusal = refusalOf(name);
    return refusal === undefined ? [] : [{ about: [['buyerMay', index], ['buyerMay']], broken: true, ...refusal }];
  });

/**
 * What is impossible in these settings together. `settings` are what is left of `tree` without what is `broken`; a rule
 * about something broken says nothing.
 */
export const combinationsOf = (settings: Settings, tree: Branch, broken: readonly Path[]): readonly Finding[] => {
  const dimensions = at(tree, ['dimensions']);
  const named = isBranch(dimensions) ? Object.keys(dimensions) : [];
  const silenced = ({ about, partsAside }: Rule): boolean =>
    about.some((path) =>
      broken.some((wrong) => leadsThrough(path, wrong) || (partsAside !== true && leadsThrough(wrong, path))),
    );
  return [
    ...pricingRules(settings, named),
    ...dimensionRules(settings),
    ...keyRules(settings),
    ...otherRules(settings),
    ...buyerRules(settings),
  ]
    .filter((rule) => rule.broken && !silenced(rule))
    .map(({ about, message, fix, key }) => ({
      at: about.find((path) => at(tree, path) !== undefined) ?? about[0] ?? [],
      key: key ?? false,
      message,
      fix,
    }));
};
