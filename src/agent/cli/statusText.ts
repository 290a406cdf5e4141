import * as duration from '../core/configuration/values/duration.ts';
import type { DimensionStatus, HourStatus, Status } from '../core/status.ts';
import { MINUTE, SECOND } from '../core/time/hour.ts';

const NONE = '-';

/** AWS's words may hold anything; a terminal must not obey them. */
const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** Rows of equal columns, the first row their heads. */
const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const size = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[power]}`;
};

const timeLeft = (left: number | null): string => {
  if (left === null) return 'not known';
  return left < 0 ? 'over' : duration.format(left - (left % MINUTE));
};

const clockText = ({ offset, void: unknown }: Status['clock']): string => {
  if (unknown || offset === null) return "AWS's time is not known; nothing is frozen until AWS is heard";
  const side = offset >= 0 ? 'ahead of' : 'behind';
  return `AWS is ${(Math.abs(offset) / SECOND).toFixed(1)} s ${side} the wall clock`;
};

const standbyText = ({ role, why, term, holder, gap }: NonNullable<Status['standby']>): string =>
  [
    role === 'leader' && term !== null ? `leader from ${term.from} through ${term.through}` : role,
    ...(why === null ? [] : [why]),
    ...(role === 'leader' && holder !== null ? [`held by ${holder === '' ? 'nobody' : holder}`] : []),
    ...(gap === null ? [] : [`the Lease was out of reach from ${gap.since} to ${gap.until ?? 'now'}`]),
  ].join('; ');

const heads = (status: Status): readonly (readonly [string, string])[] => {
  const { verdict, region, ledger, sender, standby } = status;
  const notes = [
    ...(verdict.remembered ? ['remembered from an earlier process'] : []),
    ...(verdict.confirmed ? [] : ['not confirmed by AWS yet']),
  ];
  return [
    ['verdict', `${verdict.value} since ${verdict.since}: ${[verdict.reason, ...notes].join('; ')}`],
    ...(verdict.remedy === null ? [] : [['', `fix: ${verdict.remedy}`] as const]),
    ['product', `${status.product.code}, ${status.product.pricing}, ${status.mode}`],
    ['platform', status.platform === null ? 'not known yet' : `${status.platform}  ${status.resource ?? ''}`],
    [
      'region',
      region === null ? 'not known yet' : `${region.name} (${region.source}): ${region.decision}; ${region.row}`,
    ],
    ['clock', clockText(status.clock)],
    [
      'ledger',
      ledger === null
        ? 'none'
        : `${ledger.id}, ${size(ledger.bytes)} of ${size(ledger.maxBytes)}, ids known for ${duration.format(ledger.dedupe)}, disk ${ledger.disk}`,
    ],
    [
      'sender',
      [
        sender.state,
        ...(sender.lastAnswer === null ? [] : [`last answer ${sender.lastAnswer}`]),
        ...(sender.nextProbe === null ? [] : [`next probe ${sender.nextProbe}`]),
      ].join('; '),
    ],
    ...(standby ? [['standby', standbyText(standby)] as const] : []),
  ];
};

const dimensionRow = ({ name, meter, open, carry, receipted, lastReceipt }: DimensionStatus): readonly string[] => [
  name,
  meter,
  open,
  carry,
  receipted,
  lastReceipt === null ? NONE : `${lastReceipt.quantity} for ${lastReceipt.hour}`,
];

/** An agent of an earlier version says nothing of what moved. */
const quantityOf = ({ quantity, moved = '0' }: HourStatus): string =>
  moved === '0' ? quantity : `${quantity} + ${moved} moved`;

const hourRow = (hour: HourStatus): readonly string[] => [
  hour.hour,
  hour.dimension,
  quantityOf(hour),
  hour.doubt ? `${hour.state}, in doubt` : hour.state,
  timeLeft(hour.timeLeft),
  String(hour.attempts),
  hour.lastAnswer ?? NONE,
];

/** The status for a person, lines joined by newlines. */
export const statusText = (status: Status): string => {
  const { dimensions, hours, warnings } = status;
  const blocks = [
    table(heads(status)),
    table([['DIMENSION', 'METER', 'OPEN', 'CARRY', 'RECEIPTED', 'LAST RECEIPT'], ...dimensions.map(dimensionRow)]),
    hours.length === 0
      ? ['Every hour with usage has its receipt.']
      : table([
          ['HOUR', 'DIMENSION', 'QUANTITY', 'STATE', 'TIME LEFT', 'ATTEMPTS', 'LAST ANSWER'],
          ...hours.map(hourRow),
        ]),
    warnings.map((warning) => `! ${warning}`),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map(plain).join('\n'))
    .join('\n\n');
};
