import { defineCommand } from 'citty';
import { TollgateError } from '../core/errors.ts';
import { EXIT } from '../core/exitCode.ts';
import { findAgent } from './agentAddress.ts';
import { AGENT_ARGS, askDoor, type Heard, stranger } from './client.ts';

/** The parts of `--tag K=V`, which may stand several times. Throws a usage error (64) for one without a key, or a key that stands twice. */
export const tagsOf = (args: readonly string[]): Readonly<Record<string, string>> | undefined => {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const written = own.flatMap((arg, index) => {
    if (arg.startsWith('--tag=')) return [arg.slice('--tag='.length)];
    return arg === '--tag' ? [own[index + 1] ?? ''] : [];
  });
  const pairs = written.map((text) => {
    const equals = text.indexOf('=');
    if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)] as const;
    throw new TollgateError('wrong_usage', `--tag ${text} has no key and value`, {
      exitCode: EXIT.usage,
      remedy: 'write --tag KEY=VALUE',
    });
  });
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined) {
    throw new TollgateError('wrong_usage', `--tag ${twice[0]} stands twice`, {
      exitCode: EXIT.usage,
      remedy: 'give each key one value',
    });
  }
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
};

type Told = { readonly field?: unknown; readonly reason?: unknown };

/** Why the door did not take the report, as an error with its exit code. */
const refusalOf = ({ status, body }: Heard): TollgateError => {
  const errors = Array.isArray(body['errors']) ? (body['errors'] as readonly Told[]) : [];
  const reasons = errors.map(({ field, reason }) => `${field} ${reason}`);
  const why = reasons.length > 0 ? reasons.join('; ') : String(body['detail']);
  return status === 503
    ? new TollgateError('report_unavailable', why, { exitCode: EXIT.unreachable, remedy: 'send it again later' })
    : new TollgateError('report_refused', `not counted: ${why}`, { exitCode: EXIT.usage });
};

/** What the receipt says in words. */
const wordsOf = ({ body }: Heard): string => {
  if (body['duplicates'] === 1) return 'known already, not counted again';
  const [uncounted] = Array.isArray(body['uncounted']) ? (body['uncounted'] as readonly Told[]) : [];
  if (uncounted !== undefined) return `accepted, but it counts nothing: ${uncounted.reason}`;
  const late = body['late'] === 1 ? '; late: it counts in the open hour' : '';
  const untagged = body['untagged'] === 1 ? '; without its tags' : '';
  return `accepted${late}${untagged}`;
};

export const report = defineCommand({
  meta: { name: 'report', description: 'Hands one usage report to a running agent' },
  args: {
    dimension: { type: 'positional', description: "The dimension's API name in the listing", required: true },
    quantity: { type: 'positional', description: 'A plain decimal, such as 12 or 0.5', required: true },
    id: { type: 'string', description: 'The same id again does not count again', valueHint: 'ID' },
    at: { type: 'string', description: 'When it was used, such as 2026-03-01T10:15:00Z', valueHint: 'TIME' },
    source: { type: 'string', description: 'Whose counter it is, or what was seen', valueHint: 'TEXT' },
    start: { type: 'string', description: 'Since when the counter counts from zero', valueHint: 'TIME' },
    tag: { type: 'string', description: 'A cost allocation tag; may stand several times', valueHint: 'K=V' },
    ...AGENT_ARGS,
  },
  run: async ({ args, rawArgs }) => {
    const tags = tagsOf(rawArgs);
    const agent = await findAgent(args, process.env);
    const heard = await askDoor(agent, {
      method: 'POST',
      path: '/v1/usage',
      json: {
        dimension: args.dimension,
        quantity: args.quantity,
        timestamp: args.at,
        id: args.id,
        tags,
        source: args.source,
        start: args.start,
      },
    });
    if (heard.status === 202 && 'accepted' in heard.body) {
      process.stdout.write(`${args.dimension} ${args.quantity}: ${wordsOf(heard)}\n`);
      return;
    }
    const refused = [400, 409, 413, 422, 503].includes(heard.status) && typeof heard.body['detail'] === 'string';
    throw refused ? refusalOf(heard) : stranger(agent.door, heard);
  },
});
