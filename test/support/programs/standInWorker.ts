/**
 * The agent's thread with a stand-in for the agent: no ledger, no AWS. What it does is told by STAND_IN, a folder:
 * `script.json` before the start, and files whose appearance is an order (`grant`, `refuse`, `crash`, `hang`, `reject`,
 * `print`, `exhaust`). What it was told is appended to `told.jsonl` there.
 */
import { appendFileSync, existsSync, readFileSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { AgentHandle, AgentOptions } from '../../../src/agent/agentHandle.ts';
import type { Config } from '../../../src/agent/core/configuration/config.ts';
import { TollgateError } from '../../../src/agent/core/errors.ts';
import type { Verdict, VerdictValue } from '../../../src/agent/core/gate/verdict.ts';
import { runAgentInThread } from '../../../src/agent/worker/agentInThread.ts';

export type Script = {
  readonly verdict?: VerdictValue;
  readonly exitCode?: number;
  readonly grace?: number;
  readonly drain?: number;
  readonly logFormat?: 'json' | 'text' | 'auto';
  /** The configuration does not hold. */
  readonly misconfigured?: true;
  /** The start never ends. */
  readonly slowStart?: true;
  /** A stop takes as long as it is allowed to. */
  readonly slowStop?: true;
  readonly unsentLines?: readonly string[];
  /** More lines of the log than any pipe holds. */
  readonly floods?: true;
  /** Nothing is left to do after the grant. */
  readonly finished?: true;
};

const folder = process.env['STAND_IN'] ?? '';
const script = JSON.parse(readFileSync(join(folder, 'script.json'), 'utf8')) as Script;

const tell = (what: Readonly<Record<string, unknown>>): void =>
  appendFileSync(join(folder, 'told.jsonl'), `${JSON.stringify(what)}\n`);

/** Does something once when the file appears. */
const onOrder = (name: string, act: () => void): void => {
  const file = join(folder, name);
  const look = setInterval(() => {
    if (!existsSync(file)) return;
    unlinkSync(file);
    clearInterval(look);
    act();
  }, 10);
  look.unref();
};

const verdictOf = (value: VerdictValue): Verdict => ({
  value,
  reason: `the stand-in says ${value}`,
  since: 0,
  confirmed: true,
  remembered: false,
  exitCode: script.exitCode ?? 77,
  ...(value === 'refused' ? { remedy: 'subscribe to the product' } : {}),
});

const makeAgent = (_config: Config, { handedOver, env, log, edge }: AgentOptions): AgentHandle => {
  let verdict = verdictOf(script.verdict ?? 'granted');
  let listener: (verdict: Verdict) => void = () => {};
  // An open listener and an open file, so that the product would show if it inherited them.
  const server = createServer((_request, response) => response.end());
  const become = (value: VerdictValue): void => {
    verdict = verdictOf(value);
    listener(verdict);
  };
  return {
    start: async () => {
      tell({ started: true, handedOver: handedOver ?? null });
      process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
      delete process.env['PATH'];
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      if (script.slowStart === true) await new Promise(() => {});
      if (script.floods === true) {
        for (let line = 0; line < 20_000; line += 1) log.info('flood', { line, text: 'x'.repeat(100) });
        setTimeout(() => tell({ flooded: true, lost: edge.lostLines() }), 200);
      }
      onOrder('grant', () => become('granted'));
      onOrder('refuse', () => become('refused'));
      onOrder('crash', () => {
        throw new Error('the stand-in crashed');
      });
      onOrder('exhaust', () => {
        const hoard: unknown[] = [];
        for (;;) hoard.push(new Array(100_000).fill(hoard.length));
      });
      onOrder('hang', () => {
        for (;;);
      });
      onOrder('reject', () => void Promise.reject(new Error('nobody awaits this; password=hunter2')));
      onOrder('print', () => process.stdout.write('a library printed on stdout\n'));
    },
    verdict: () => verdict,
    onVerdict: (take) => {
      listener = take;
    },
    childEnvironment: () => handedOver ?? { TOLLGATE_URL: 'http://127.0.0.1:8787', TOLLGATE_TOKEN_FILE: '/run/token' },
    stop: async ({ reason, budget, hurry }) => {
      tell({ stop: reason, budget, hurried: hurry.aborted, home: env['HOME'] ?? null });
      if (script.slowStop === true && !hurry.aborted) {
        await new Promise<void>((resolve) => {
          const over = setTimeout(resolve, budget);
          hurry.addEventListener('abort', () => {
            clearTimeout(over);
            tell({ hurried: true });
            resolve();
          });
        });
      }
      server.close();
      return { unsent: (script.unsentLines ?? []).length > 0, lines: script.unsentLines ?? [] };
    },
    isFinished: () => script.finished === true,
  };
};

runAgentInThread({
  loadConfig: async (configFile) => {
    tell({ configFile: configFile ?? null });
    if (script.misconfigured === true) {
      throw new TollgateError('bad-config', 'tollgate.yaml:3: product.code is missing', {
        exitCode: 78,
        remedy: 'set product.code',
      });
    }
    return {
      shutdown: { grace: script.grace ?? 20_000, drain: script.drain ?? 8_000 },
      log: { level: 'info', format: script.logFormat ?? 'json' },
      warnings: [],
    } as unknown as Config;
  },
  makeAgent,
});
