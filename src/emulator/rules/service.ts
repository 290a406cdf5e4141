import { checkPermission } from './access/permission.ts';
import { admit } from './access/quota.ts';
import { type Decision, error, refuse } from './answer.ts';
import type { Caller } from './caller.ts';
import { batchMeterUsage, readBatchMeterUsage } from './metering/batchMeterUsage.ts';
import { meterUsage, readMeterUsage } from './metering/meterUsage.ts';
import { readRegisterUsage, registerUsage } from './metering/registerUsage.ts';
import { readResolveCustomer, resolveCustomer } from './metering/resolveCustomer.ts';
import type { State } from './state.ts';
import type { Instant } from './values/instant.ts';
import { constraintText, type Findings, isObject, noFindings } from './values/shape.ts';
import type { World } from './world.ts';

/** One call of the Marketplace Metering Service by an authenticated caller, at the endpoint of `region`. */
export type Request = {
  readonly operation: string;
  readonly region: string;
  readonly caller: Caller;
  readonly body: Readonly<Record<string, unknown>>;
};

type Operation = (
  found: Findings,
  body: Request['body'],
) => (world: World, state: State, request: Request, now: Instant) => Decision;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  MeterUsage: (found, body) => {
    const usage = readMeterUsage(found, body);
    return (world, state, { caller, region }, now) => meterUsage(world, state, caller, region, usage, now);
  },
  RegisterUsage: (found, body) => {
    const registration = readRegisterUsage(found, body);
    return (world, state, { caller, region }, now) => registerUsage(world, state, caller, region, registration, now);
  },
  BatchMeterUsage: (found, body) => {
    const batch = readBatchMeterUsage(found, body);
    return (world, state, { caller, region }, now) => batchMeterUsage(world, state, caller, region, batch, now);
  },
  ResolveCustomer: (found, body) => {
    const token = readResolveCustomer(found, body);
    return (world, _state, { caller }) => resolveCustomer(world, caller, token);
  },
};

export const isOperation = (name: string): boolean => Object.hasOwn(OPERATIONS, name);

const unknown = refuse(error('UnknownOperationException', 'The requested operation is not recognized by the service.'));

const isDryRun = ({ operation, body }: Request): boolean => operation === 'MeterUsage' && body['DryRun'] === true;

/**
 * Decides one call and says what becomes of the state; changes nothing itself (`apply` in change.ts does).
 *
 * The order of the checks is not stated by AWS. Assumed, and the same for every operation:
 *
 *   operation known ─▶ quota ─▶ members readable ─▶ members within limits ─▶ IAM ─▶ the operation's own checks
 *
 * so that a throttled call costs nothing and a call without permission learns nothing.
 */
export const decide = (world: World, state: State, request: Request, now: Instant): Decision => {
  const { operation, caller, region, body } = request;
  const read = isOperation(operation) ? OPERATIONS[operation] : undefined;
  if (read === undefined) return unknown;
  const admission = admit(state, caller.account, region, operation, now);
  if (admission.refusal !== undefined) return refuse(admission.refusal, admission.changes);
  const found = noFindings();
  const perform = read(found, body);
  if (found.types.length > 0) {
    return refuse(error('SerializationException', found.types.join('; ')), admission.changes);
  }
  if (found.constraints.length > 0)
    return refuse(error('ValidationException', constraintText(found)), admission.changes);
  const denial = checkPermission(caller, operation);
  if (denial !== undefined) {
    const name = isDryRun(request) ? state.settings.dryRun.denied : denial.name;
    return refuse({ ...denial, name }, admission.changes);
  }
  const decision = perform(world, state, request, now);
  return { answer: decision.answer, changes: [...admission.changes, ...decision.changes] };
};

/** A request's body as the JSON 1.1 protocol wants it: one structure, an empty body counts as an empty one. */
export const bodyOf = (text: string): Request['body'] | undefined => {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
