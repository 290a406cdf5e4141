import { expect, test } from '@jest/globals';
import { withFix } from '../../src/agent/core/errors.ts';

test.each([
  ['no answer', 'look', 'no answer. Fix: look'],
  [
    'CustomerNotEntitledException: You are not subscribed.',
    'subscribe',
    'CustomerNotEntitledException: You are not subscribed. Fix: subscribe',
  ],
  ['Not now...', 'wait', 'Not now. Fix: wait'],
  ['AWS permits metering.', undefined, 'AWS permits metering.'],
])('%j with what to do about it is one line with one full stop between them', (what, fix, line) => {
  expect(withFix(what, fix)).toBe(line);
});
