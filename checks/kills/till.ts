import { no, type Reply, type WireRequest, yes } from '../../test/support/scriptedAws.ts';
import { type Millionths, millionths } from './decimals.ts';

const HOUR = 3_600_000;

type Body = {
  readonly UsageDimension: string;
  /** Epoch seconds. */
  readonly Timestamp: number;
  readonly ClientToken: string;
  readonly UsageQuantity?: number;
  readonly UsageQuantityAsDecimal?: string;
  readonly UsageAllocations?: readonly Readonly<Record<string, unknown>>[];
};

/** What AWS stored: one record for each resource, dimension and hour. */
export type Stored = { readonly dimension: string; readonly quantity: Millionths; readonly token: string };

const amount = (of: Readonly<Record<string, unknown>>, name: string): Millionths =>
  millionths(String(of[`${name}AsDecimal`] ?? of[name]));

/**
 * AWS's till by its documented rules (API reference, MeterUsage), with everything noted that nobody may do to it: another
 * quantity or another body for an hour that it has seen, a token with two bodies, allocations that do not add up.
 */
export const makeTill = (now: () => number, resource: () => string) => {
  const stored = new Map<string, Stored>();
  const bodies = new Map<string, string>();
  const faults: string[] = [];

  const once = (name: string, body: string): void => {
    const before = bodies.get(name);
    if (before !== undefined && before !== body) faults.push(`${name} has two bodies: ${before} and ${body}`);
    bodies.set(name, body);
  };

  const store = (request: WireRequest): Reply => {
    const body = JSON.parse(request.body) as Body;
    const at = body.Timestamp * 1000;
    const quantity = amount(body, 'UsageQuantity');
    const key = `${resource()} ${body.UsageDimension} ${Math.floor(at / HOUR)}`;
    once(key, request.body);
    once(body.ClientToken, request.body);
    const shares = (body.UsageAllocations ?? []).map((share) => amount(share, 'AllocatedUsageQuantity'));
    if (shares.length > 0 && shares.reduce((sum, share) => sum + share) !== quantity)
      faults.push(`${key}: allocations do not sum to the quantity`);
    if (at > now() || now() - at > 6 * HOUR) return no('TimestampOutOfBoundsException');
    const before = stored.get(key);
    if (before !== undefined && before.quantity !== quantity) {
      faults.push(`${key}: ${quantity} after ${before.quantity}`);
      return no('DuplicateRequestException');
    }
    if (before === undefined) stored.set(key, { dimension: body.UsageDimension, quantity, token: body.ClientToken });
    return yes({ MeteringRecordId: `record of ${body.ClientToken}` });
  };

  return {
    store,
    /** Stores now, or not at all, and answers, or not, as `fraction` in [0, 1) says. */
    wild: (request: WireRequest, fraction: number): Reply => {
      if (fraction < 0.15) return { do: 'reset' };
      if (fraction < 0.22) return no('ThrottlingException');
      if (fraction < 0.28) return no('InternalServiceErrorException', 500);
      if (fraction < 0.31) return no('ExpiredTokenException', 403);
      if (fraction < 0.33) return no('AccessDeniedException', 403);
      const reply = store(request);
      if (fraction < 0.48) return { do: 'reset' };
      if (fraction < 0.55) return { do: 'half' };
      return fraction < 0.62 ? no('InternalServiceErrorException', 500) : reply;
    },
    stored: (): readonly Stored[] => [...stored.values()],
    faults: (): readonly string[] => faults,
  };
};

export type Till = ReturnType<typeof makeTill>;
