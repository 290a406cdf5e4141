import { KINDS } from '../../usage/kinds.ts';
import { MOST_DIMENSIONS } from '../schema/dimension.ts';
import type { Settings } from '../schema/schema.ts';
import type { Rule } from './rule.ts';

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
  Object.entries(dimensions).flatMap(([name, { meter, scope, rounding, within }]): readonly Rule[] => [
    {
      about: [['dimensions', name, 'scope']],
      broken: KINDS[meter].adds && scope !== undefined,
      message: `scope belongs to max, average, last and unique: what several pods count with the meter ${meter} adds up by itself`,
      fix: 'take scope away',
      key: true,
    },
    {
      about: [['dimensions', name, 'rounding']],
      broken: KINDS[meter].adds && rounding !== undefined,
      message: `rounding belongs to max, average, last and unique: the meter ${meter} carries the part of a unit to the next hour`,
      fix: 'take rounding away',
      key: true,
    },
    {
      about: [['dimensions', name, 'within']],
      broken: meter !== 'unique' && within !== undefined,
      message: `within belongs to the meter unique, and this one is ${meter}`,
      fix: 'take within away',
      key: true,
    },
    {
      about: [
        ['dimensions', name, 'scope'],
        ['dimensions', name, 'meter'],
      ],
      broken: !KINDS[meter].adds && scope === undefined,
      message: `scope is missing: AWS adds the hours of all tasks and pods, and the meter ${meter} must say whether they may be added`,
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

/** What the product, its keys and its dimensions cannot be together; `named` are the dimensions as they were written. */
export const productRules = (settings: Settings, named: readonly string[]): readonly Rule[] => [
  ...pricingRules(settings, named),
  ...dimensionRules(settings),
  ...keyRules(settings),
];
