import { expect, test } from '@jest/globals';
import { violationsOf } from '../../scripts/floorRules.ts';
import { readSources } from '../../scripts/sources.ts';

test('the real tree keeps its floors', async () => {
  expect(violationsOf(await readSources())).toEqual([]);
});

test.each([
  ['core reads a file', 'src/agent/core/x.ts', "import { readFileSync } from 'node:fs';"],
  ['core knows a service', 'src/agent/core/x.ts', "import { y } from '../services/y.ts';"],
  ['core loads lazily', 'src/agent/core/x.ts', "const y = await import('../io/log/log.ts');"],
  ['core reads the clock', 'src/agent/core/x.ts', 'const now = Date.now();'],
  ['core reads today', 'src/agent/core/x.ts', 'const now = new Date();'],
  ['core draws', 'src/agent/core/x.ts', 'const r = Math.random();'],
  ['core draws by crypto', 'src/agent/core/x.ts', "import { randomBytes } from 'node:crypto';"],
  ['core reads the environment', 'src/agent/core/x.ts', "const home = process.env['HOME'];"],
  ['regions know the core', 'src/regions/x.ts', "import { y } from '../agent/core/y.ts';"],
  ['a service touches a room', 'src/agent/services/x.ts', "import { y } from '../io/aws/y.ts';"],
  ['a room imports another', 'src/agent/io/aws/x.ts', "import { y } from '../ledger/y.ts';"],
  ['the agent knows the emulator', 'src/agent/agent.ts', "import { y } from '../emulator/y.ts';"],
  ['the emulator knows the agent', 'src/emulator/x.ts', "import { y } from '../agent/core/y.ts';"],
  ['a rule of the emulator does I/O', 'src/emulator/rules/x.ts', "import http from 'node:http';"],
  ['a file outside', 'src/other/x.ts', ''],
])('%s: told', (_, path, text) => {
  expect(violationsOf([{ path, text }])).not.toEqual([]);
});

test('a circle is told', () => {
  const circle = violationsOf([
    { path: 'src/agent/core/a.ts', text: "import { b } from './b.ts';" },
    { path: 'src/agent/core/b.ts', text: "import type { a } from './a.ts';" },
  ]);
  expect(circle).toEqual(['import cycle: src/agent/core/a.ts -> src/agent/core/b.ts -> src/agent/core/a.ts']);
});

test('words in comments and strings are no imports', () => {
  const text = "// Date.now() is not for us\nconst text = 'process.env';\n/* Math.random() */";
  expect(violationsOf([{ path: 'src/agent/core/x.ts', text }])).toEqual([]);
});
