import type { Listen } from '../../src/agent/core/configuration/config.ts';
import type { RequestKey } from '../../src/agent/core/door/receiptReply.ts';
import type { Verdict } from '../../src/agent/core/gate/verdict.ts';
import { HOUR } from '../../src/agent/core/time/hour.ts';
import type { Receipt, Report } from '../../src/agent/core/usage/report.ts';
import { type DoorHandlers, makeDoor } from '../../src/agent/io/door/door.ts';
import { TIMES, type Times } from '../../src/agent/io/door/web.ts';
import type { Log } from '../../src/agent/ports.ts';

export const NOW = Date.UTC(2026, 2, 1, 10, 30);

export const verdictOf = (value: Verdict['value'], more: Partial<Verdict> = {}): Verdict => ({
  value,
  reason: `it is ${value}`,
  since: NOW,
  confirmed: true,
  remembered: false,
  exitCode: 69,
  ...more,
});

export const collectingLog = () => {
  const lines: { readonly level: string; readonly event: string; readonly fields: unknown }[] = [];
  const at = (level: string) => (event: string, fields?: unknown) => {
    lines.push({ level, event, fields });
  };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
};

const accepted = (count: number): Receipt => ({
  kind: 'accepted',
  accepted: count,
  duplicates: 0,
  late: 0,
  untagged: 0,
});

/** A door on a free port (or where `listen` says) in front of a ledger that remembers what it was handed. */
export const startDoor = async ({
  listen = { kind: 'tcp', host: '127.0.0.1', port: 0 },
  connections = 64,
  token,
  handlers = {},
  times = TIMES,
}: {
  readonly listen?: Listen;
  readonly connections?: number;
  readonly token?: string;
  readonly handlers?: Partial<DoorHandlers>;
  readonly times?: Times;
} = {}) => {
  const taken: { readonly reports: readonly Report[]; readonly key: RequestKey | undefined }[] = [];
  const { log, lines } = collectingLog();
  const door = makeDoor(
    {
      listen,
      connections,
      ...(token !== undefined && { token }),
      log,
      handlers: {
        take: async (reports, key) => {
          taken.push({ reports, key });
          return accepted(reports.length);
        },
        verdict: () => verdictOf('granted'),
        started: () => true,
        status: async () => ({ schema: 1 }),
        ledgerId: () => 'ledger-1',
        now: () => NOW,
        monotonic: () => performance.now(),
        dimensions: new Map([['requests', 'sum']]),
        dedupeWindow: () => 24 * HOUR,
        ...handlers,
      },
    },
    times,
  );
  const { url, all } = await door.start();
  return {
    door,
    url,
    all,
    port: url.startsWith('http') ? Number(new URL(url).port) : 0,
    taken,
    /** How many reports the ledger was handed. */
    counted: (): number => taken.reduce((total, { reports }) => total + reports.length, 0),
    lines,
    [Symbol.asyncDispose]: () => door.stop(),
  };
};

export const REPORT = '{"dimension":"requests","quantity":1}';

/** A whole request, with its length. */
export const post = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Buffer => {
  const bytes = Buffer.from(body);
  const lines = Object.entries({
    Host: 'localhost',
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST /v1/usage HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
};
