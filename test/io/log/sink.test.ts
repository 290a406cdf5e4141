import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeSink } from '../../../src/agent/io/log/sink.ts';

const pipe = () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tollgate-sink-')), 'pipe');
  spawnSync('mkfifo', [path]);
  // Both ends, so that opening waits for nobody.
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const read = (): string => {
    const bytes = Buffer.alloc(1 << 20);
    let text = '';
    try {
      for (;;) text += bytes.toString('utf8', 0, readSync(reader, bytes));
    } catch {
      return text;
    }
  };
  return { reader, writer, read };
};

const flagsOf = (descriptor: number): number =>
  Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '', 8);

test('a pipe that nobody empties holds no writer up; what does not fit is counted, the rest comes whole and in order', async () => {
  const { reader, writer, read } = pipe();
  const sink = makeSink(writer);
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'x'.repeat(50)}\n`);
  for (const line of lines) sink.write(line);
  expect(sink.lost()).toBeGreaterThan(5_000);
  let text = '';
  const expected = lines.slice(0, lines.length - sink.lost()).join('');
  while (text.length < expected.length) {
    text += read();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(text).toBe(expected);
  sink.write('after\n');
  expect(read()).toBe('after\n');
  sink.close();
  closeSync(writer);
  closeSync(reader);
});

test('the descriptor that the product inherits keeps its flags', () => {
  const { reader, writer } = pipe();
  const sink = makeSink(writer);
  sink.write('x\n');
  expect(flagsOf(writer) & constants.O_NONBLOCK).toBe(0);
  sink.close();
  closeSync(writer);
  closeSync(reader);
});

test('a reader that has gone costs lines, not the process', () => {
  const { reader, writer } = pipe();
  const sink = makeSink(writer);
  closeSync(reader);
  sink.write('one\n');
  sink.write('two\n');
  expect(sink.lost()).toBe(2);
  sink.close();
  closeSync(writer);
});

test('a file is appended to where it stands', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tollgate-sink-')), 'log');
  const descriptor = openSync(path, 'w');
  const sink = makeSink(descriptor);
  sink.write('one\n');
  sink.write('two\n');
  sink.close();
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(sink.isTerminal).toBe(false);
  closeSync(descriptor);
});

test('a descriptor that is not open loses lines and throws nothing', () => {
  const sink = makeSink(12_345);
  sink.write('x\n');
  expect(sink.lost()).toBe(1);
  sink.close();
});
