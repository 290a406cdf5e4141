import type { Config } from '../core/configuration/config.ts';
import { EXIT } from '../core/exitCode.ts';
import { AFTER_PURCHASE, AFTER_PURCHASE_REST } from '../core/gate/grace.ts';
import { check } from '../core/gate/token.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import { CROWD, delayAfter, GATE, RECORD } from '../core/sending/backoff.ts';
import { type Instant, type Millis, SECOND } from '../core/time/hour.ts';
import type { Clock, Grant, Log, Random, Scheduler } from '../ports.ts';
import type { Asked } from './asking.ts';

export type Registering = {
  /** Asks until there is a verdict that lasts; goes on asking in the background where a grant is not confirmed yet. */
  readonly start: (signal: AbortSignal) => Promise<void>;
  /** When AWS rotated the key version that we sent, if it did. */
  readonly keyRotation: () => Instant | undefined;
};

/** Where a grant is kept for the next process of the same resource. Absent where no disk can be written. */
export type Memory = { readonly grant: () => Grant | undefined; readonly setGrant: (grant: Grant | undefined) => void };

/** Between two tries there is always a moment, whatever the dice say. */
const LEAST_REST: Millis = SECOND / 4;

/**
 * The gate: start ──▶ remembered? ──▶ ask ──▶ verdict, again and again until it lasts or patience is over.
 */
export const makeRegistering = ({
  product,
  gate,
  resource,
  ask,
  memory,
  setVerdict,
  clock,
  scheduler,
  random,
  log,
}: {
  readonly product: Config['product'];
  readonly gate: Config['gate'];
  readonly resource: string;
  readonly ask: () => Promise<Asked>;
  readonly memory: Memory | undefined;
  readonly setVerdict: (verdict: Omit<Verdict, 'since'>) => void;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'sleep'>;
  readonly random: Random;
  readonly log: Log;
}): Registering => {
  const signed = product.pricing === 'hourly' || product.pricing === 'monthly';
  const started = clock.monotonic();
  const waited = (): Millis => clock.monotonic() - started;
  let keyRotation: Instant | undefined;

  const remember = (grant: Grant | undefined): void => {
    try {
      memory?.setGrant(grant);
    } catch (error) {
      log.warn('grant not remembered', { why: String(error) });
    }
  };

  /** A grant counts for its own resource, product and pricing only; a signed one is verified again. */
  const remembered = (): boolean => {
    const grant = memory?.grant();
    if (grant?.resource !== resource || grant.product !== product.code || grant.pricing !== product.pricing)
      return false;
    if (!signed) return true;
    const { proof } = grant;
    const key = product.publicKeys.find(({ version }) => version === proof?.keyVersion);
    if (proof === undefined || key === undefined) return false;
    return check(proof.signature, { productCode: product.code, nonce: proof.nonce, key }).ok;
  };

  const grant = (asked: Extract<Asked, { kind: 'granted' }>): void => {
    keyRotation = asked.keyRotation;
    const { code, pricing } = product;
    const proof = asked.proof === undefined ? {} : { proof: asked.proof };
    remember({ resource, product: code, pricing, at: clock.wall(), ...proof });
    const reason = signed ? 'AWS has registered this usage' : 'AWS permits metering';
    setVerdict({ value: 'granted', reason, confirmed: true, remembered: false, exitCode: EXIT.done });
  };

  const refuse = ({ reason, remedy, exitCode }: Extract<Asked, { kind: 'refused' }>): void => {
    remember(undefined);
    setVerdict({ value: 'refused', reason, remedy, confirmed: true, remembered: false, exitCode });
  };

  /** Right after a purchase AWS may not know of it yet. */
  const isEarly = ({ askAgain }: Extract<Asked, { kind: 'refused' }>): boolean =>
    askAgain && gate.graceAfterPurchase && waited() < Math.min(AFTER_PURCHASE, gate.patience);

  const rest = async (delay: Millis, signal: AbortSignal): Promise<void> =>
    scheduler.sleep(Math.max(LEAST_REST, delay), signal);

  /** The product runs already; what is missing is AWS's own word. Slowly, until it comes. */
  const confirm = async (signal: AbortSignal): Promise<void> => {
    for (let failures = 1; !signal.aborted; failures += 1) {
      await rest(delayAfter(RECORD, failures, random.fraction()), signal);
      if (signal.aborted) return;
      const asked = await ask();
      if (asked.kind === 'granted') return grant(asked);
      if (asked.kind === 'refused' && !isEarly(asked)) return refuse(asked);
      log.debug('grant not confirmed yet', { reason: asked.reason });
    }
  };

  const letIn = (reason: string, isRemembered: boolean): void =>
    setVerdict({ value: 'granted', reason, confirmed: false, remembered: isRemembered, exitCode: EXIT.done });

  const wait = (pending: { readonly reason: string; readonly remedy?: string; readonly exitCode: number }): void =>
    setVerdict({
      value: 'pending',
      reason: pending.reason,
      ...(pending.remedy === undefined ? {} : { remedy: pending.remedy }),
      confirmed: false,
      remembered: false,
      exitCode: pending.exitCode,
    });

  /** What a pending answer means when patience is over. Answers whether the product was let in all the same. */
  const giveUp = (asked: Extract<Asked, { kind: 'pending' }>): boolean => {
    if (gate.onPatience === 'start' && !signed && asked.exitCode === EXIT.unreachable) {
      letIn(`gate.onPatience is start; AWS has not answered: ${asked.reason}`, false);
      return true;
    }
    const remedy =
      asked.remedy ??
      'let this task, pod or instance reach AWS (Marketplace metering and, on EKS, STS), then start it again';
    setVerdict({
      value: 'refused',
      reason: `patience is over: ${asked.reason}`,
      remedy,
      confirmed: false,
      remembered: false,
      exitCode: asked.exitCode,
    });
    return false;
  };

  const start = async (signal: AbortSignal): Promise<void> => {
    if (remembered()) {
      letIn('granted to this resource before; asked again in the background', true);
      return confirm(signal);
    }
    for (let failures = 1; !signal.aborted; failures += 1) {
      const asked = await ask();
      if (signal.aborted) return;
      if (asked.kind === 'granted') return grant(asked);
      if (asked.kind === 'refused') {
        if (!isEarly(asked)) return refuse(asked);
        wait(asked);
        await rest(AFTER_PURCHASE_REST, signal);
        continue;
      }
      if (asked.throttled && !signed) {
        letIn('AWS throttled the question; permission is asked again in the background', false);
        return confirm(signal);
      }
      wait(asked);
      const left = gate.patience - waited();
      if (left <= 0) return giveUp(asked) ? confirm(signal) : undefined;
      await rest(Math.min(left, delayAfter(asked.throttled ? CROWD : GATE, failures, random.fraction())), signal);
    }
  };

  return { start, keyRotation: () => keyRotation };
};
