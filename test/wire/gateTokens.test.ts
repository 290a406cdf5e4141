import { describe, expect, test } from '@jest/globals';
import { no, type Reply, startScriptedAws, type WireRequest, yes } from '../support/scriptedAws.ts';
import { hourlyProduct, makeStage, PRODUCT, RUNS } from './support/stage.ts';
import {
  asked,
  base64url,
  claims,
  hs256,
  makeKeys,
  ps256,
  pss,
  registered,
  rs256,
  trulySigned,
} from './support/tokens.ts';

const keys = makeKeys();
const others = makeKeys();

type Forge = (request: WireRequest) => string;

/** Every way to be a false token that we could think of; each is answered to every question. */
const FORGERIES: readonly (readonly [string, Forge])[] = [
  ['RS256 by the right key', (request) => rs256(claims(request), keys)],
  ['alg none', (request) => `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claims(request)))}.`],
  ['alg none with a true signature', (request) => ps256(claims(request), keys, { alg: 'none', typ: 'JWT' })],
  ['alg in small letters', (request) => ps256(claims(request), keys, { alg: 'ps256', typ: 'JWT' })],
  ['alg PS384 in the header', (request) => ps256(claims(request), keys, { alg: 'PS384', typ: 'JWT' })],
  ['no alg', (request) => ps256(claims(request), keys, { typ: 'JWT' })],
  ['critical extensions', (request) => ps256(claims(request), keys, { alg: 'PS256', crit: ['b64'], b64: false })],
  ['HS256 with the public key', (request) => hs256(claims(request), keys)],
  ['another key', (request) => ps256(claims(request), others)],
  ['another nonce', (request) => ps256({ ...claims(request), nonce: 'another' }, keys)],
  [
    'nonce in other letters',
    (request) => ps256({ ...claims(request), nonce: asked(request).Nonce.toLowerCase() }, keys),
  ],
  ['no nonce', (request) => ps256({ ...claims(request), nonce: undefined }, keys)],
  ['another product', (request) => ps256({ ...claims(request), productCode: 'another' }, keys)],
  ['no product', (request) => ps256({ ...claims(request), productCode: undefined }, keys)],
  ['another key version', (request) => ps256({ ...claims(request), publicKeyVersion: 2 }, keys)],
  ['no key version', (request) => ps256({ ...claims(request), publicKeyVersion: undefined }, keys)],
  ['spellings that disagree', (request) => ps256({ ...claims(request), Nonce: 'another' }, keys)],
  ['a product spelling that disagrees', (request) => ps256({ ...claims(request), ProductCode: 'another' }, keys)],
  ['cut short', (request) => ps256(claims(request), keys).slice(0, -8)],
  [
    'a byte of the payload changed',
    (request) =>
      ps256(claims(request), keys).replace(/\..{3}/, (part) => `${part.slice(0, 3)}${part.endsWith('A') ? 'B' : 'A'}`),
  ],
  ['a part too many', (request) => `${ps256(claims(request), keys)}.${base64url('{}')}`],
  ['two parts', (request) => ps256(claims(request), keys).split('.').slice(0, 2).join('.')],
  ['payload no JSON', () => ps256('granted', keys)],
  ['payload an array', (request) => ps256([claims(request)], keys)],
  ['payload null', () => ps256('null', keys)],
  ['salt of no bytes', (request) => salted(request, 0)],
  ['salt of 20 bytes', (request) => salted(request, 20)],
  ['salt as long as can be', (request) => salted(request, 222)],
  ['an empty signature', (request) => ps256(claims(request), keys).replace(/\.[^.]*$/, '.')],
  ['an empty text', () => ''],
  ['words', () => 'you may run'],
];

const salted = (request: WireRequest, saltLength: number): string => {
  const data = `${base64url('{"alg":"PS256","typ":"JWT"}')}.${base64url(JSON.stringify(claims(request)))}`;
  return `${data}.${pss(data, keys, saltLength)}`;
};

const KEY_1 = { version: 1, pem: keys.pem };

/** Starts the wrapper of an hourly product; `answer` answers RegisterUsage. */
const run = async (answers: readonly ((request: WireRequest) => Reply)[], publicKeys: readonly object[] = [KEY_1]) => {
  await using aws = await startScriptedAws();
  aws.script('RegisterUsage', ...answers);
  using stage = makeStage(aws, { ...hourlyProduct(publicKeys as never), gate: { patience: '0s' } });
  await using program = stage.exec();
  const { code } = await program.ended;
  const questions = aws.calls('RegisterUsage').map(asked);
  return { code, ran: program.stdout().includes(RUNS), questions, log: program.stderr() };
};

describe('a forged token is asked for once more with another nonce, then refuses', () => {
  test.concurrent.each(FORGERIES)('%s', async (_name, forge) => {
    const { code, ran, questions, log } = await run([(request) => registered(forge(request))]);
    expect({ code, ran, log }).toEqual({ code: 77, ran: false, log: expect.stringMatching(/false/) });
    expect(questions).toHaveLength(2);
    expect(questions[0]?.Nonce).not.toBe(questions[1]?.Nonce);
    for (const token of [keys.pem, 'scripted-secret', 'scripted-session']) expect(log).not.toContain(token);
  });
});

describe('a true token is taken', () => {
  const upper = (request: WireRequest) => {
    const { ProductCode, PublicKeyVersion, Nonce } = asked(request);
    return { ProductCode, PublicKeyVersion, Nonce };
  };
  const TRUE: readonly (readonly [string, Forge])[] = [
    ['in small letters', (request) => ps256(claims(request), keys)],
    ['in capitals', (request) => ps256(upper(request), keys)],
    ['in both spellings that agree', (request) => ps256({ ...claims(request), ...upper(request) }, keys)],
    ['version as a text', (request) => ps256({ ...claims(request), publicKeyVersion: '1' }, keys)],
    ['with an iat behind and more claims', (request) => ps256({ ...claims(request), iat: 1, extra: [1] }, keys)],
  ];
  test.concurrent.each(TRUE)('%s', async (_name, forge) => {
    const { code, ran, questions } = await run([(request) => registered(forge(request))]);
    expect({ code, ran, calls: questions.length }).toEqual({ code: 0, ran: true, calls: 1 });
    expect(questions[0]).toMatchObject({ ProductCode: PRODUCT, PublicKeyVersion: 1 });
    expect(Buffer.from(questions[0]?.Nonce ?? '', 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  const SPELLINGS: readonly (readonly [string, string])[] = [
    ['PEM', keys.pem],
    ['PEM with CRLF', keys.pem.replaceAll('\n', '\r\n')],
    ['base64 of the PEM', Buffer.from(keys.pem).toString('base64')],
    ['PEM with literal \\n', keys.pem.replaceAll('\n', '\\n')],
  ];
  test.concurrent.each(SPELLINGS)('by a key given as %s', async (_name, pem) => {
    const { code, ran } = await run([trulySigned(keys)], [{ version: 1, pem }]);
    expect({ code, ran }).toEqual({ code: 0, ran: true });
  });
});

describe('key versions', () => {
  const KEY_2 = { version: 2, pem: others.pem };

  test.concurrent('the highest is asked for first, then the next lower one', async () => {
    const { code, ran, questions } = await run([trulySigned(keys, 1)], [KEY_1, KEY_2]);
    expect({ code, ran }).toEqual({ code: 0, ran: true });
    expect(questions.map(({ PublicKeyVersion }) => PublicKeyVersion)).toEqual([2, 1]);
  });

  test.concurrent('a token of one version is not good for another', async () => {
    const { code, ran } = await run(
      [(request) => registered(ps256({ ...claims(request), publicKeyVersion: 1 }, keys))],
      [KEY_1, KEY_2],
    );
    expect({ code, ran }).toEqual({ code: 77, ran: false });
  });

  test.concurrent('all unknown: 78, each asked once', async () => {
    const { code, ran, questions } = await run([() => no('InvalidPublicKeyVersionException')], [KEY_1, KEY_2]);
    expect({ code, ran }).toEqual({ code: 78, ran: false });
    expect(questions.map(({ PublicKeyVersion }) => PublicKeyVersion)).toEqual([2, 1]);
  });

  test.concurrent('a rotated key is said aloud and refuses nobody', async () => {
    const { code, ran, log } = await run([
      (request) => yes({ Signature: ps256(claims(request), keys), PublicKeyRotationTimestamp: 1_767_225_600 }),
    ]);
    expect({ code, ran }).toEqual({ code: 0, ran: true });
    expect(log).toMatch(/rotated.*2026-01-01T00:00:00/);
  });
});

test('a token that is false once and then true lets the product in', async () => {
  const { code, ran, questions } = await run([() => registered(ps256({}, others)), trulySigned(keys)]);
  expect({ code, ran, calls: questions.length }).toEqual({ code: 0, ran: true, calls: 2 });
});

test('the true token of an earlier start is a replay', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws, { ...hourlyProduct([KEY_1]), gate: { patience: '0s' } });
  let kept: Reply | undefined;
  aws.script('RegisterUsage', (request) => {
    kept = trulySigned(keys)(request);
    return kept;
  });
  await using first = stage.exec();
  expect((await first.ended).code).toBe(0);

  using elsewhere = makeStage(aws, { ...hourlyProduct([KEY_1]), gate: { patience: '0s' } });
  aws.script('RegisterUsage', () => kept ?? no('InternalServiceErrorException', 500));
  await using second = elsewhere.exec();
  expect((await second.ended).code).toBe(77);
  expect(second.stdout()).not.toContain(RUNS);
});

test('a key that is too short, private, or no key is a fault of the configuration, and AWS is not asked', async () => {
  const weak = makeKeys(1024).pem;
  const secret = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const pem of [weak, secret, 'no key', '']) {
    const { code, ran, questions, log } = await run([trulySigned(keys)], [{ version: 1, pem }]);
    expect({ code, ran, calls: questions.length }).toEqual({ code: 78, ran: false, calls: 0 });
    if (pem !== '') expect(log).not.toContain(pem.split('\n')[1] ?? 'no key at all');
  }
});
