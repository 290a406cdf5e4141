import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ScriptedAws, startScriptedAws } from '../support/scriptedAws.ts';
import { sent } from '../wire/support/books.ts';
import { eksEnvironment, hourlyProduct, makeStage, PRODUCT } from '../wire/support/stage.ts';
import { makeKeys, trulySigned } from '../wire/support/tokens.ts';

const SPACES = [
  ['a line end', '', '\n'],
  ['a line end of Windows', '', '\r\n'],
  ['a space that does not break', '\u00a0', '\u00a0'],
  ['a byte order mark', '\ufeff', ''],
] as const;

const ROLE = 'arn:aws:iam::111122223333:role/parser';

/** Requests have line ends of their own in front of the body; inside the parts that carry our values nothing is left. */
const expectClean = (aws: ScriptedAws): void => {
  expect(aws.requests.length).toBeGreaterThan(0);
  for (const { body, path, headers } of aws.requests) {
    const said = `${path} ${decodeURIComponent(body)} ${Object.values(headers).join(' ')}`;
    expect(said).not.toMatch(/[\n\r\u00a0\ufeff]|\\n|\\r|\\u00a0|\\ufeff/);
  }
};

test.concurrent.each(SPACES)(
  'O31 %s around product code, Region, role and token: cut, told once for each setting, and nothing of it reaches AWS',
  async (_what, front, back) => {
    await using aws = await startScriptedAws();
    using stage = makeStage(aws);
    const dirty = (value: string): string => `${front}${value}${back}`;
    const clean = eksEnvironment(aws, stage.folder, randomUUID());
    const tokenFile = clean['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
    const token = readFileSync(tokenFile, 'utf8');
    // Of a token file only the line end is usual.
    writeFileSync(tokenFile, `${token}${back.endsWith('\n') ? back : ''}`);
    const env = {
      ...clean,
      TOLLGATE_PRODUCT_CODE: dirty(PRODUCT),
      AWS_REGION: dirty('eu-west-1'),
      AWS_ROLE_ARN: dirty(ROLE),
      AWS_WEB_IDENTITY_TOKEN_FILE: dirty(tokenFile),
    };
    await using program = stage.exec(undefined, { env });
    expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
    const [dryRun] = aws.calls('DryRun');
    expect(dryRun === undefined ? undefined : sent(dryRun)).toMatchObject({
      ProductCode: PRODUCT,
      UsageDimension: 'requests',
    });
    expect(dryRun?.headers['authorization']).toContain('/eu-west-1/aws-marketplace/');
    const form = new URLSearchParams(aws.calls('AssumeRoleWithWebIdentity')[0]?.body);
    expect({ role: form.get('RoleArn'), token: form.get('WebIdentityToken') }).toEqual({ role: ROLE, token });
    expectClean(aws);
    const told = (name: string): number =>
      program
        .stderr()
        .split('\n')
        .filter((line) => line.includes('"warn"') && line.includes(name)).length;
    for (const name of ['product.code', 'AWS_REGION', 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'])
      expect({ name, told: told(name) }).toEqual({ name, told: 1 });
  },
);

test.concurrent.each(SPACES)(
  'O31 %s around a value in the file is cut; around the name of a dimension it is refused and shown',
  async (_what, front, back) => {
    await using aws = await startScriptedAws();
    using stage = makeStage(aws, { product: { code: `${front}${PRODUCT}${back}` } });
    await using program = stage.exec();
    expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
    expect(aws.calls('DryRun').map((request) => sent(request).ProductCode)).toEqual([PRODUCT]);
    expect(program.stderr().match(/product\.code: white space or a byte order mark/g)).toHaveLength(1);
    expectClean(aws);

    const before = aws.requests.length;
    const name = `${front}calls${back}`;
    stage.configure({ dimensions: { [name]: { meter: 'sum' } } });
    await using refused = stage.exec();
    expect((await refused.ended).code).toBe(78);
    expect(aws.requests).toHaveLength(before);
    const escaped = { '\n': '\\n', '\r\n': '\\r\\n', '\u00a0': '\\u00a0', '\ufeff': '\\ufeff' }[front || back];
    expect(refused.stderr()).toContain(escaped);
  },
);

test.concurrent('O31 a file saved on Windows, with a byte order mark and CRLF, is a file', async () => {
  await using aws = await startScriptedAws();
  using stage = makeStage(aws);
  const { product, dimensions, door, ledger, gate } = JSON.parse(readFileSync(stage.configFile, 'utf8'));
  const lines = Object.entries({ product, dimensions, door, ledger, gate }).map(
    ([key, value]) => `${key}: ${JSON.stringify(value)}`,
  );
  writeFileSync(stage.configFile, `\ufeff${lines.join('\r\n')}\r\n`);
  await using program = stage.exec();
  expect({ ...(await program.ended), log: program.stderr() }).toMatchObject({ code: 0 });
  expectClean(aws);
});

const { pem, ...keys } = makeKeys();
const SPELLINGS: readonly (readonly [string, string])[] = [
  ['PEM', pem],
  ['PEM of Windows with a byte order mark', `\ufeff${pem.replaceAll('\n', '\r\n')}`],
  ['base64 of the PEM, with a line end', `${btoa(pem)}\n`],
  ['PEM with backslash-n for its line ends', pem.replaceAll('\n', '\\n')],
];

test.concurrent.each(SPELLINGS)(
  'O31 the public key as %s is the same key, in the file and in one of its own',
  async (_what, text) => {
    await using aws = await startScriptedAws();
    aws.script('RegisterUsage', trulySigned({ pem, ...keys }));
    using stage = makeStage(aws, hourlyProduct([{ version: 1, pem: text }]));
    await using inline = stage.exec();
    expect({ ...(await inline.ended), log: inline.stderr() }).toMatchObject({ code: 0 });
    const file = join(stage.folder, 'key-1.pem');
    writeFileSync(file, text);
    stage.configure({ ...hourlyProduct([{ version: 1, file }]), ledger: { directory: join(stage.folder, 'other') } });
    await using byFile = stage.exec();
    expect({ ...(await byFile.ended), log: byFile.stderr() }).toMatchObject({ code: 0 });
    expect(aws.calls('RegisterUsage')).toHaveLength(2);
  },
);
