import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { projectedTokenOf, projectToken } from '../../../test/cases/support/projectedToken.ts';
import { assumed, no, type Reply, startScriptedAws, yes } from '../../../test/support/scriptedAws.ts';
import { makeBooks } from '../../../test/wire/support/books.ts';
import { ask, makeService } from '../../../test/wire/support/service.ts';
import { eksEnvironment } from '../../../test/wire/support/stage.ts';
import { makeClock } from '../clock.ts';
import type { Scenario } from '../scenario.ts';
import { GRANT, isOpen, isPending, stepper } from '../start.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const DIMENSIONS = Array.from({ length: 22 }, (_, index) => `dimension_${index}`);

const busyEndpoint = async (): Promise<void> => {
  using clock = makeClock(Date.parse('2027-03-01T10:05:00Z'));
  await using aws = await startScriptedAws({ now: clock.now });
  const books = makeBooks(clock.now);
  aws.script('MeterUsage', books.store);
  const asked: number[] = [];
  const answer = (reply: () => Reply) => (): Reply => {
    asked.push(clock.now());
    return reply();
  };
  aws.script(
    'GET /credentials',
    answer(() => ({ do: 'answer', status: 429, body: '{}', type: 'application/json' })),
  );
  using service = await makeService(aws, {
    gate: { patience: '30m' },
    dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, { meter: 'sum' }])),
  });
  await using program = await service.run({ env: { ...service.stage.env, ...clock.environment } });
  await program.until('the door is open', () => ask(`${service.door}/v1/entitlement`).catch(() => undefined));
  const step = stepper({ clock, service, program, aws: () => aws });
  await step(5 * SECOND, 3 * MINUTE, () => isPending(service, /credential endpoint answered 429/));
  assert.ok(asked.length > 3, `asked ${asked.length} times`);
  for (const [index, at] of asked.entries()) assert.ok(index === 0 || at - (asked[index - 1] ?? 0) >= SECOND);

  const busy = asked.length;
  aws.script(
    'GET /credentials',
    answer(() =>
      yes({
        AccessKeyId: 'ASIASHARED',
        SecretAccessKey: 'scripted-secret',
        Token: 'scripted-session',
        Expiration: new Date(clock.now() + 60 * MINUTE).toISOString().replace(/\.\d+/, ''),
      }),
    ),
  );
  await step(SECOND, GRANT, () => isOpen(service));
  assert.equal(await isOpen(service), true);
  for (let hour = 0; hour < 3; hour += 1) {
    const usage = DIMENSIONS.map((dimension) => ({ dimension, quantity: 1 }));
    assert.equal((await service.report(usage)).status, 202);
    await step(5 * MINUTE, 60 * MINUTE, () => undefined);
  }
  await step(5 * SECOND, 20 * MINUTE, () => DIMENSIONS.every((name) => books.total(name) === 3));
  for (const name of DIMENSIONS) assert.equal(books.total(name), 3, name);
  // One for each life of the credentials, however many records went out with them.
  const fair = asked.slice(busy);
  for (const [index, at] of fair.entries())
    assert.ok(
      index === 0 || at - (fair[index - 1] ?? 0) >= 54 * MINUTE,
      `asked at ${fair.map((when) => new Date(when).toISOString())}`,
    );
};

const LIFE = MINUTE;

const swappedTokens = async (): Promise<void> => {
  using clock = makeClock(Date.parse('2027-03-01T10:05:00Z'));
  await using aws = await startScriptedAws({ now: clock.now });
  const uid = randomUUID();
  using projected = projectToken(uid);
  let swaps = 1;
  projected.swap(swaps);
  let assumptions = 0;
  const faults: string[] = [];
  aws.script('AssumeRoleWithWebIdentity', ({ body }) => {
    assumptions += 1;
    const token = new URLSearchParams(body).get('WebIdentityToken');
    if (token !== projectedTokenOf(uid, swaps)) faults.push(`not the token of swap ${swaps}: ${token}`);
    // The session says when it ends.
    const until = clock.now() + LIFE;
    return assumed(`until ${new Date(until).toISOString().replace(/\.\d+/, '')}`, until);
  });
  // A policy that is not attached yet makes the gate ask on and on, each time with credentials of that moment.
  let isAllowed = false;
  aws.script('DryRun', ({ headers }) => {
    const until = Date.parse(headers['x-amz-security-token']?.slice('until '.length) ?? '');
    if (!(until > clock.now())) faults.push(`signed with ${headers['x-amz-security-token']}`);
    return isAllowed ? yes({ MeteringRecordId: 'dry' }) : no('AccessDeniedException', 403);
  });
  using service = await makeService(aws, { gate: { patience: '90m' } });
  const env = {
    ...eksEnvironment(aws, service.stage.folder, uid),
    AWS_WEB_IDENTITY_TOKEN_FILE: projected.file,
    ...clock.environment,
  };
  await using program = await service.run({ env, lives: 5 * MINUTE });
  const step = stepper({ clock, service, program, aws: () => aws });
  let swapped = clock.now();
  await step(10 * SECOND, 20 * MINUTE, () => {
    if (clock.now() - swapped < 30 * SECOND) return;
    swapped = clock.now();
    swaps += 1;
    projected.swap(swaps);
  });
  isAllowed = true;
  await step(SECOND, GRANT, () => isOpen(service));
  assert.equal(await isOpen(service), true);
  assert.deepEqual(faults, []);
  assert.ok(assumptions >= 15, `${assumptions} assumptions of the role in 20 minutes`);
  program.child.kill('SIGTERM');
  assert.equal((await program.ended).code, 0);
};

export const CREDENTIALS: readonly Scenario[] = [
  {
    name: 'O29 after three minutes of 429 the credentials come, and serve all calls of their life',
    play: busyEndpoint,
  },
  {
    name: 'O26 tokens that are swapped every 30 s, credentials that live for a minute: the token of the moment, always',
    play: swappedTokens,
  },
];
