import type { Answer } from '../../core/sending/answer.ts';
import type { Marketplace } from '../../ports.ts';
import type { Metrics } from './metrics.ts';

const outcomeOf = (answer: Answer<unknown>): string => {
  switch (answer.kind) {
    case 'refusal':
      return answer.name;
    case 'trouble':
      return answer.sent ? 'lost' : 'not_sent';
    case 'noCredentials':
      return 'no_credentials';
    case 'ok':
    case 'foreign':
      return answer.kind;
    default:
      return answer satisfies never;
  }
};

/** The same Marketplace, each call counted by AWS's operation and what came of it. */
export const countCalls = (marketplace: Marketplace, metrics: Metrics): Marketplace => {
  const counted =
    <Request, Body>(operation: string, call: (request: Request) => Promise<Answer<Body>>) =>
    async (request: Request): Promise<Answer<Body>> => {
      const answer = await call(request);
      metrics.count('marketplace_calls_total', 1, { operation, outcome: outcomeOf(answer) });
      return answer;
    };
  return {
    ...marketplace,
    register: counted('RegisterUsage', marketplace.register),
    meter: counted('MeterUsage', marketplace.meter),
    dryRun: counted('MeterUsage.DryRun', marketplace.dryRun),
  };
};
