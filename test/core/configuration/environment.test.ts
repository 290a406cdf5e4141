import { expect, test } from '@jest/globals';
import { readEnvironment } from '../../../src/agent/core/configuration/layers/environment.ts';
import { SETTINGS } from '../../../src/agent/core/configuration/schema/settings.ts';

const valuesIn = (environment: Record<string, string>) =>
  Object.fromEntries(readEnvironment(environment, undefined).values.map(({ setting, value }) => [setting.path, value]));

test('a variable spells the path of its setting', () => {
  const names = Object.fromEntries(SETTINGS.map(({ path, variable }) => [path, variable]));
  expect(names).toMatchObject({
    'log.level': 'TOLLGATE_LOG_LEVEL',
    'gate.onPatience': 'TOLLGATE_GATE_ON_PATIENCE',
    'gate.graceAfterPurchase': 'TOLLGATE_GATE_GRACE_AFTER_PURCHASE',
    'product.code': 'TOLLGATE_PRODUCT_CODE',
    'ledger.maxBytes': 'TOLLGATE_LEDGER_MAX_BYTES',
    'metering.whenFailing.do': 'TOLLGATE_METERING_WHEN_FAILING_DO',
    'metering.adopt.onEc2': 'TOLLGATE_METERING_ADOPT_ON_EC2',
    sealed: 'TOLLGATE_SEALED',
  });
  expect(new Set(Object.values(names)).size).toBe(SETTINGS.length);
});

test('texts, lists and null are read', () => {
  expect(
    valuesIn({
      TOLLGATE_LOG_LEVEL: 'debug',
      TOLLGATE_BUYER_MAY: 'log.level, health.listen',
      TOLLGATE_HEALTH_LISTEN: 'null',
      TOLLGATE_PRODUCT_CODE: '1e5',
      TOLLGATE_PRODUCT_PUBLIC_KEYS: '[{"version":1,"file":"/k.pem"}]',
    }),
  ).toEqual({
    'log.level': 'debug',
    buyerMay: ['log.level', 'health.listen'],
    'health.listen': null,
    'product.code': '1e5',
    'product.publicKeys': [{ version: '1', file: '/k.pem' }],
  });
});

test("a Service's variables, ours that are no settings, and others' are left alone", () => {
  const { values, problems, warnings, ignored } = readEnvironment(
    {
      TOLLGATE_PORT: 'tcp://10.0.0.1:8787',
      TOLLGATE_SERVICE_HOST: '10.0.0.1',
      TOLLGATE_HEALTH_LISTEN: 'tcp://10.0.0.2:8788',
      TOLLGATE_URL: 'http://127.0.0.1:8787',
      TOLLGATE_TOKEN_FILE: '/t',
      TOLLGATE_CONFIG: '/c',
      TOLLGATE_EMULATOR_URL: 'http://x',
      PATH: '/bin',
    },
    [],
  );
  expect({ values, problems, warnings }).toEqual({ values: [], problems: [], warnings: [] });
  expect(ignored).toEqual(['TOLLGATE_PORT', 'TOLLGATE_SERVICE_HOST', 'TOLLGATE_HEALTH_LISTEN']);
});

test('a mistyped variable is ignored, and told', () => {
  const { ignored, warnings } = readEnvironment({ TOLLGATE_LOG_LEVLE: 'debug' }, []);
  expect(ignored).toEqual(['TOLLGATE_LOG_LEVLE']);
  expect(warnings).toEqual([expect.stringContaining('did you mean TOLLGATE_LOG_LEVEL')]);
});

test('when sealed, a variable outside buyerMay is an error that names it', () => {
  const { values, problems } = readEnvironment(
    { TOLLGATE_LOG_LEVEL: 'debug', TOLLGATE_PRODUCT_CODE: 'free', TOLLGATE_SEALED: 'false' },
    ['log.level'],
  );
  expect(values.map(({ setting }) => setting.path)).toEqual(['log.level']);
  expect(problems.map(({ path, variable }) => [path, variable])).toEqual([
    ['product.code', 'TOLLGATE_PRODUCT_CODE'],
    ['sealed', 'TOLLGATE_SEALED'],
  ]);
});

test.each(['abc\n', 'abc\r\n', '\ufeffabc', '\u00a0abc\u00a0', ' abc\t'])(
  'what is around a value is cut with one warning that names the setting',
  (value) => {
    const { values, warnings } = readEnvironment({ TOLLGATE_PRODUCT_CODE: value }, undefined);
    expect(values[0]?.value).toBe('abc');
    expect(warnings).toEqual([expect.stringContaining('product.code')]);
  },
);

test('what cannot be seen inside a value is refused and shown', () => {
  for (const value of ['a\nb', 'a\u0000b', 'a\u200bb', 'a\ufeffb'])
    expect(readEnvironment({ TOLLGATE_PRODUCT_CODE: value }, undefined).problems).toEqual([
      expect.objectContaining({ variable: 'TOLLGATE_PRODUCT_CODE', message: expect.stringMatching(/"a\\(n|u....)b"/) }),
    ]);
});

test('a placeholder that nobody filled in is refused with words', () => {
  const [problem] = readEnvironment({ TOLLGATE_PRODUCT_CODE: `\${AWSMP_PRODUCT_CODE}` }, undefined).problems;
  expect(problem?.message).toBe(`the placeholder \${AWSMP_PRODUCT_CODE} was not filled in`);
});

test('an empty variable sets nothing, dimensions and broken JSON are refused', () => {
  expect(readEnvironment({ TOLLGATE_LOG_LEVEL: ' ' }, undefined)).toMatchObject({ values: [], problems: [] });
  expect(readEnvironment({ TOLLGATE_DIMENSIONS: '{}' }, undefined).problems).toHaveLength(1);
  expect(readEnvironment({ TOLLGATE_PRODUCT_PUBLIC_KEYS: '{' }, undefined).problems).toHaveLength(1);
});
