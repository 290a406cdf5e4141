import { html, no, type Reply, yes } from '../../support/scriptedAws.ts';
import { eksEnvironment } from '../support/stage.ts';
import type { Trouble } from './trouble.ts';

const ECS = 'GET /credentials';
const STS = 'AssumeRoleWithWebIdentity';

const stsNo = (name: string, status: number): Reply => ({
  do: 'answer',
  status,
  type: 'text/xml',
  requestId: '5c21bd50-0000-4000-8000-00000000beef',
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${name}</Code><Message>${name} in words</Message></Error></ErrorResponse>`,
});

const KEYS = { AccessKeyId: 'ASIASCRIPTED', SecretAccessKey: 'scripted-secret' };
const PAST = '2020-01-01T00:00:00Z';

/** Credentials that have expired when they are handed out: every call asks for others. */
const EXPIRED: Readonly<Record<typeof ECS | typeof STS, Reply>> = {
  [ECS]: yes({ ...KEYS, Token: 'scripted-session', Expiration: PAST }),
  [STS]: {
    do: 'answer',
    status: 200,
    type: 'text/xml',
    requestId: '5c21bd50-0000-4000-8000-00000000feed',
    body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${KEYS.AccessKeyId}</AccessKeyId><SecretAccessKey>${KEYS.SecretAccessKey}</SecretAccessKey><SessionToken>scripted-session</SessionToken><Expiration>${PAST}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  },
};

/**
 * Whoever hands out the credentials goes wrong when those of the gate's question have expired: nothing can be signed, so
 * nothing is sent.
 */
const unsigned = (operation: typeof ECS | typeof STS, name: string, reply: Reply, says: RegExp): Trouble => ({
  name: `${operation === ECS ? 'the ECS credential endpoint' : 'STS'}: ${name}`,
  means: 'asItWas',
  says,
  reaches: false,
  place: ({ aws, folder, env }) =>
    operation === ECS ? { env } : { env: eksEnvironment(aws, folder, `pod-${folder.slice(-6)}`) },
  begin: ({ aws }) => {
    const before = aws.calls('DryRun').length;
    // The time comes with the answer to the gate's question, and no hour is sent before: an earlier life has left a grant.
    aws.script('HEAD /', { do: 'reset' });
    aws.script(operation, () => (aws.calls('DryRun').length > before ? reply : EXPIRED[operation]));
  },
  // A script that is empty is the usual again.
  mend: ({ aws }) => {
    aws.script('HEAD /');
    aws.script(operation);
  },
});

/** They expire at once, again and again: AWS says so, and they are asked for once more. */
const expired: Trouble = {
  name: 'credentials that have expired already',
  means: 'asItWas',
  says: /ExpiredTokenException/,
  reaches: true,
  reply: () => no('ExpiredTokenException', 403),
  place: ({ env }) => ({ env }),
  begin: ({ aws }) => aws.script(ECS, EXPIRED[ECS]),
  mend: ({ aws }) => aws.script(ECS),
};

/** Between the program and what it signs with. */
export const CREDENTIALS: readonly Trouble[] = [
  unsigned(STS, 'no answer', { do: 'hang' }, /no credentials: /),
  unsigned(ECS, '429', { do: 'answer', status: 429, body: 'slow down' }, /no credentials: .*429/),
  unsigned(ECS, '500', { do: 'answer', status: 500, body: '{"code":"InternalServerError"}' }, /no credentials: .*500/),
  unsigned(ECS, '404', { do: 'answer', status: 404, body: 'unable to get credentials' }, /no credentials: .*404/),
  unsigned(ECS, 'no answer', { do: 'hang' }, /no credentials: .*no answer within/),
  unsigned(ECS, 'half an answer', { do: 'half' }, /no credentials: /),
  unsigned(ECS, 'a page', html(), /no credentials: .*200, but no credentials/),
  unsigned(ECS, 'reset', { do: 'reset' }, /no credentials: .*does not answer/),
  unsigned(STS, '429', stsNo('Throttling', 429), /no credentials: .*Throttling/),
  unsigned(STS, '500', stsNo('InternalFailure', 500), /no credentials: .*InternalFailure/),
  unsigned(STS, 'an expired token', stsNo('ExpiredTokenException', 400), /no credentials: .*has expired/),
  unsigned(STS, 'access denied', stsNo('AccessDenied', 403), /no credentials: .*AccessDenied/),
  unsigned(STS, 'a page', html(), /no credentials: /),
  unsigned(STS, 'half an answer', { do: 'half' }, /no credentials: /),
  unsigned(STS, 'reset', { do: 'reset' }, /no credentials: /),
  expired,
];
