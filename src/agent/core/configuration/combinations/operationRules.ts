import { HOUR } from '../../time/hour.ts';
import { refusalOf } from '../layers/buyerMay.ts';
import type { Settings } from '../schema/schema.ts';
import { format } from '../values/duration.ts';
import { isLoopback } from '../values/listen.ts';
import type { Rule } from './rule.ts';

/** A product whose trouble is shorter than this must not be stopped for it (AMI seller guide, custom metering: fail closed no sooner). */
const LEAST_BEFORE_STOPPING = 2 * HOUR;

const runningRules = (settings: Settings): readonly Rule[] => {
  const { door, health, ledger, metering, platform, product, shutdown, standby } = settings;
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
        ['standby', 'lease'],
        ['product', 'pricing'],
      ],
      broken: standby.lease !== null && product.pricing !== 'usage',
      message: `standby.lease elects who counts, and a product with pricing: ${product.pricing} counts nothing`,
      fix: 'take standby.lease away',
    },
    {
      about: [['standby', 'lease'], ['platform']],
      broken: standby.lease !== null && (platform === 'ecs' || platform === 'ec2'),
      message: `standby.lease needs Kubernetes, and platform is ${platform}`,
      fix: 'take standby.lease away, and run one reporter',
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

/** What cannot be together in how the agent runs, and what no buyer may be given. */
export const operationRules = (settings: Settings): readonly Rule[] => [
  ...runningRules(settings),
  ...buyerRules(settings),
];
