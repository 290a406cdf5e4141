import { expect, test } from '@jest/globals';
import { makeStory, screenOf } from '../../src/demo/story.ts';

const ESCAPE = '\u001b';
const NOW = Date.parse('2026-03-01T10:05:30Z');

const told = (screen: { readonly isTerminal: boolean; readonly hasColour: boolean }): string => {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const story = makeStory({ ...screen, write, columns: () => 40 }, () => NOW);
  story.part('Part');
  story.progress('under way');
  story.tell('it happened', 'good');
  story.add('many words that do not fit into one line');
  return text;
};

test('where nobody can see colour there is none, and no line is written over', () => {
  expect(told({ isTerminal: false, hasColour: false })).toBe(
    '\nPart\n  10:05  it happened\n         many words that do not fit into\n         one line\n',
  );
});

test('on a terminal there is colour, unless NO_COLOR says no', () => {
  const stream = { isTTY: true, columns: 80, write: () => true } as unknown as NodeJS.WriteStream;
  expect(screenOf(stream, {})).toMatchObject({ isTerminal: true, hasColour: true });
  expect(screenOf(stream, { NO_COLOR: '1' })).toMatchObject({ isTerminal: true, hasColour: false });
  expect(screenOf({ ...stream, isTTY: false } as NodeJS.WriteStream, {}).hasColour).toBe(false);
  expect(told({ isTerminal: true, hasColour: true })).toContain(`${ESCAPE}[32mit happened${ESCAPE}[0m`);
  expect(told({ isTerminal: true, hasColour: false })).not.toContain(`${ESCAPE}[32m`);
});

test('on a terminal the line at the bottom stays at the bottom', () => {
  const text = told({ isTerminal: true, hasColour: false });
  expect(text).toContain(`it happened\n  10:05  under way\r${ESCAPE}[K`);
});
