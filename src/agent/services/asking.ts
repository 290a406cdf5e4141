import type { Config, PublicKey } from '../core/configuration/config.ts';
import { EXIT } from '../core/exitCode.ts';
import { type GateMeaning, gateMeaningOf } from '../core/gate/registerAnswers.ts';
import { check } from '../core/gate/token.ts';
import { say } from '../core/sending/meterAnswers.ts';
import type { Instant } from '../core/time/hour.ts';
import type { Clock, Grant, Log, Marketplace, Random } from '../ports.ts';
import type { Timekeeping } from './timekeeping.ts';

/** What one round of asking AWS came to. */
export type Asked =
  | { readonly kind: 'granted'; readonly proof?: Grant['proof']; readonly keyRotation?: Instant | undefined }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly remedy: string;
      readonly exitCode: number;
      readonly askAgain: boolean;
    }
  | {
      readonly kind: 'pending';
      readonly reason: string;
      readonly remedy?: string;
      readonly exitCode: number;
      readonly throttled: boolean;
    };

/** 256 bits that nobody can guess or has seen before. */
const NONCE_BYTES = 32;

const passOn = (meaning: Exclude<GateMeaning, { kind: 'granted' | 'otherKey' | 'renew' }>, reason: string): Asked => ({
  ...meaning,
  reason,
});

const REFUSED_SIGNATURE = 'reach AWS directly: something between this process and AWS answers in its place';

/**
 * One round of asking: RegisterUsage for hourly and monthly products, with the highest key version that AWS knows and a
 * fresh nonce, its token verified; one DryRun of MeterUsage for usage products.
 */
export const makeAsking = ({
  product,
  dimensions,
  marketplace,
  timekeeping,
  clock,
  random,
  log,
}: {
  readonly product: Config['product'];
  readonly dimensions: Config['dimensions'];
  readonly marketplace: Pick<Marketplace, 'register' | 'dryRun' | 'renewCredentials'>;
  readonly timekeeping: Pick<Timekeeping, 'hear' | 'now'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): (() => Promise<Asked>) => {
  /** Asks once more at once when only our credentials or clock were stale. */
  const renewing = async (ask: () => Promise<{ meaning: GateMeaning; reason: string; asked: Asked | undefined }>) => {
    const first = await ask();
    if (first.meaning.kind !== 'renew') return first;
    marketplace.renewCredentials();
    return ask();
  };

  const stale = (reason: string): Asked => ({
    kind: 'pending',
    reason,
    remedy: 'check the clock of this machine and the role of its credentials',
    exitCode: EXIT.configuration,
    throttled: false,
  });

  const registerWith = async (key: PublicKey) => {
    const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url');
    const answer = await marketplace.register({ productCode: product.code, keyVersion: key.version, nonce });
    timekeeping.hear(answer);
    const meaning = gateMeaningOf(answer, 'RegisterUsage');
    if (answer.kind !== 'ok') return { meaning, reason: say(answer), asked: undefined };
    const { signature, keyRotation } = answer.body;
    const verified = check(signature, { productCode: product.code, nonce, key });
    if (!verified.ok) {
      const reason = `the signed answer is false: ${verified.why}`;
      log.error('signed answer is false', { why: verified.why, requestId: answer.requestId });
      const asked: Asked = {
        kind: 'refused',
        reason,
        remedy: REFUSED_SIGNATURE,
        exitCode: EXIT.refused,
        askAgain: false,
      };
      return { meaning, reason, asked };
    }
    if (keyRotation !== undefined) {
      log.warn('public key was rotated', {
        version: key.version,
        at: new Date(keyRotation).toISOString(),
        remedy: 'add the new key version to product.publicKeys and ship an image with it',
      });
    }
    const asked: Asked = { kind: 'granted', proof: { signature, keyVersion: key.version, nonce }, keyRotation };
    return { meaning, reason: say(answer), asked };
  };

  const register = async (): Promise<Asked> => {
    let last: Asked = stale('product.publicKeys is empty');
    for (const key of product.publicKeys) {
      let round = await renewing(() => registerWith(key));
      // A token that is false once may be an accident on the way; twice, with another nonce, it is an answer.
      if (round.asked?.kind === 'refused') round = await renewing(() => registerWith(key));
      if (round.asked !== undefined) return round.asked;
      const { meaning, reason } = round;
      if (meaning.kind === 'renew') return stale(reason);
      if (meaning.kind === 'refused' || meaning.kind === 'pending') return passOn(meaning, reason);
      const remedy = meaning.kind === 'otherKey' ? meaning.remedy : '';
      last = { kind: 'refused', reason, remedy, exitCode: EXIT.configuration, askAgain: false };
    }
    return last;
  };

  const dryRun = async (): Promise<Asked> => {
    const [dimension] = dimensions;
    if (dimension === undefined) return stale('there is no dimension to ask for');
    const { meaning, reason } = await renewing(async () => {
      const timestamp = timekeeping.now() ?? clock.wall();
      const answer = await marketplace.dryRun({ productCode: product.code, dimension: dimension.name, timestamp });
      timekeeping.hear(answer);
      return { meaning: gateMeaningOf(answer, 'MeterUsage'), reason: say(answer), asked: undefined };
    });
    switch (meaning.kind) {
      case 'granted':
        return { kind: 'granted' };
      case 'refused':
      case 'pending':
        return passOn(meaning, reason);
      case 'renew':
        return stale(reason);
      case 'otherKey':
        return { kind: 'refused', reason, remedy: meaning.remedy, exitCode: EXIT.configuration, askAgain: false };
      default:
        return meaning satisfies never;
    }
  };

  return product.pricing === 'hourly' || product.pricing === 'monthly' ? register : dryRun;
};
