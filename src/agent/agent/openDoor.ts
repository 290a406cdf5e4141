import type { Config } from '../core/configuration/config.ts';
import { HOUR, SECOND } from '../core/time/hour.ts';
import type { Receipt } from '../core/usage/report.ts';
import { type Door, type DoorHandlers, makeDoor } from '../io/door/door.ts';
import { type DoorToken, makeDoorToken, readDoorToken } from '../io/door/doorToken.ts';
import type { OpenLedger } from '../io/ledger/ledger.ts';
import type { Deps } from './deps.ts';
import type { Toll } from './toll.ts';

export type DoorParts = {
  readonly config: Config;
  readonly mode: 'run' | 'exec';
  readonly ledger: OpenLedger | undefined;
  readonly toll: Toll | undefined;
  readonly handlers: Pick<DoorHandlers, 'verdict' | 'started' | 'status'>;
  /** What an agent before this one told the product that still runs: address and token stay valid. */
  readonly handedOver: Readonly<Record<string, string>>;
};

const NOT_METERED: Receipt = {
  kind: 'unavailable',
  reason: 'this product is not sold by usage',
  retryAfter: HOUR / SECOND,
};

/** The vendor's token, the one handed over, or for a product that we start ourselves one of its own. */
const tokenFor = ({ config, mode, handedOver }: DoorParts): DoorToken | undefined => {
  const file = config.door.tokenFile ?? handedOver['TOLLGATE_TOKEN_FILE'];
  if (file !== undefined) return readDoorToken(file);
  return mode === 'exec' ? makeDoorToken(config.ledger.directory) : undefined;
};

/** Where to listen; any free port stays the one that the product has been told. */
const listenOf = ({ config, handedOver }: DoorParts): Config['door']['listen'] => {
  const { listen } = config.door;
  const told = handedOver['TOLLGATE_URL'];
  if (listen.kind !== 'tcp' || listen.port !== 0 || told === undefined) return listen;
  return { ...listen, port: Number(new URL(told).port) };
};

/** Opens the door. Answers it, and what the product is told of it. */
export const openDoor = async (
  parts: DoorParts,
  { clock, log }: Pick<Deps, 'clock' | 'log'>,
): Promise<{ readonly door: Door; readonly told: Readonly<Record<string, string>> }> => {
  const { config, ledger, toll, handlers } = parts;
  const token = tokenFor(parts);
  const door = makeDoor({
    listen: listenOf(parts),
    connections: config.door.connections,
    socket: config.door.socket,
    ...(token === undefined ? {} : { token: token.token }),
    handlers: {
      ...handlers,
      take: async (reports, key) => {
        const requestKey = key === undefined ? undefined : { value: key.key, digest: key.digest };
        return toll === undefined ? NOT_METERED : toll.recording.take(reports, requestKey);
      },
      ledgerId: () => ledger?.id,
      now: clock.wall,
      monotonic: clock.monotonic,
      dimensions: new Map(config.dimensions.map(({ name, meter }) => [name, meter])),
      dedupeWindow: () => ledger?.dedupeWindow() ?? config.ledger.dedupe.keep,
    },
    log,
  });
  const { url } = await door.start();
  return { door, told: { TOLLGATE_URL: url, ...(token === undefined ? {} : { TOLLGATE_TOKEN_FILE: token.file }) } };
};
