import { expect, test } from '@jest/globals';
import { makeLog } from '../../../src/agent/io/log/log.ts';
import type { Sink } from '../../../src/agent/io/log/sink.ts';

const memory = () => {
  const lines: string[] = [];
  const sink: Sink = { write: (line) => void lines.push(line), lost: () => 3, isTerminal: false, close: () => {} };
  const events = () => lines.map((line) => JSON.parse(line).event as string);
  return { sink, lines, events };
};

const SETTINGS = { level: 'info', format: 'auto' } as const;

test('lines said before winston is there come first and in order, later ones after them', async () => {
  const { sink, events } = memory();
  const { log } = makeLog(SETTINGS, sink);
  log.info('one');
  log.warn('two');
  log.debug('not at this level');
  expect(events()).toEqual([]);
  while (events().length < 2) await new Promise((resolve) => setImmediate(resolve));
  log.error('three');
  expect(events()).toEqual(['one', 'two', 'three']);
});

test('an end before winston is there loses nothing, and nothing comes afterwards', async () => {
  const { sink, events } = memory();
  const { log, close } = makeLog(SETTINGS, sink);
  log.error('last words');
  close();
  log.error('too late');
  await import('winston');
  expect(events()).toEqual(['last words']);
});

test('more than a thousand lines at the start are lost and counted', () => {
  const { sink, events } = memory();
  const { log, lost, close } = makeLog(SETTINGS, sink);
  for (let line = 0; line < 1_005; line += 1) log.info('line');
  close();
  expect(events()).toHaveLength(1_000);
  expect(lost()).toBe(3 + 5);
});

test('text on a terminal, JSON elsewhere, what is asked for anywhere', () => {
  const said = (isTerminal: boolean, format: 'auto' | 'json' | 'text') => {
    const { sink, lines } = memory();
    const { log, close } = makeLog({ level: 'info', format }, { ...sink, isTerminal });
    log.info('hello');
    close();
    return lines[0]?.startsWith('{') === true ? 'json' : 'text';
  };
  expect([said(true, 'auto'), said(false, 'auto'), said(true, 'json'), said(false, 'text')]).toEqual([
    'text',
    'json',
    'json',
    'text',
  ]);
});
