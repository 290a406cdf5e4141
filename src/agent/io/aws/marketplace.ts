import { randomUUID } from 'node:crypto';
import {
  MarketplaceMeteringClient,
  MeterUsageCommand,
  RegisterUsageCommand,
} from '@aws-sdk/client-marketplace-metering';
import type { CredentialSource } from '../../core/platform/whereabouts.ts';
import type { Answer } from '../../core/sending/answer.ts';
import { type AwsTime, heard, look, nowOf } from '../../core/time/awsTime.ts';
import type { Instant } from '../../core/time/hour.ts';
import { VERSION } from '../../core/version.ts';
import type { Clock, Log, Marketplace, MeterRequest, Registered } from '../../ports.ts';
import { answerOf, dateOf, requestIdOf, type SdkResult } from './answers.ts';
import { type Credentials, makeCredentials } from './credentials.ts';
import { LastLookError, lastLook } from './lastLook.ts';
import { type Lines, makeSdkHandler, routeTo, type SdkAnswer } from './sdkHandler.ts';
import { send, type WireAnswer } from './transport.ts';
import { commandOf, withDecimals } from './wire.ts';

const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export type MarketplaceSettings = {
  readonly region: string;
  /** Origins, as endpointsOf gives them. */
  readonly endpoints: { readonly metering: string; readonly sts: string | undefined };
  readonly credentialSource: CredentialSource;
  readonly lines: Lines;
};

/** A step in the making of one request. */
type Step = { readonly body: (body: unknown) => unknown; readonly look: (body: unknown) => void };

const AS_IT_IS: Step = { body: (body) => body, look: () => {} };

const meterStep = (request: MeterRequest): Step => ({
  body: request.form === 'decimal' ? (body) => withDecimals(body, request) : AS_IT_IS.body,
  look: (body) => lastLook(body, request),
});

type AnyCommand = RegisterUsageCommand | MeterUsageCommand;
type Outgoing = { body?: unknown };

/** Puts our own steps into a command: the body after it was serialized and before it is signed, the last look, and the answer as it came. */
const equip = (command: AnyCommand, step: Step, seen: (answer: WireAnswer) => void): void => {
  // Both commands' stacks take these steps alike; one type stands for both.
  const stack = (command as MeterUsageCommand).middlewareStack;
  stack.add(
    (next) => (args) => {
      const request = args.request as Outgoing;
      request.body = step.body(request.body);
      return next(args);
    },
    { step: 'serialize', priority: 'low', name: 'ownMembers' },
  );
  stack.add(
    (next) => (args) => {
      step.look((args.request as Outgoing).body);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'lastLook' },
  );
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { statusCode, headers, body } = result.response as SdkAnswer;
      seen({ status: statusCode, headers, body });
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'asItCame' },
  );
};

/** The time by which requests are signed: AWS's own once it was heard, so that a wrong clock heals; the wall before. */
const makeSigningTime = (clock: Clock) => {
  let time: AwsTime | undefined;
  const reading = () => ({ wall: clock.wall(), monotonic: clock.monotonic() });
  return {
    hear: (date: Instant | undefined) => {
      if (date !== undefined) time = heard(date, reading());
    },
    now: (): Instant => {
      const at = reading();
      time = time === undefined ? undefined : look(time, at);
      return time === undefined ? at.wall : nowOf(time, at);
    },
  };
};

const registeredOf = (output: {
  readonly Signature?: unknown;
  readonly PublicKeyRotationTimestamp?: Date | undefined;
}): Registered | undefined =>
  typeof output.Signature === 'string'
    ? { signature: output.Signature, keyRotation: output.PublicKeyRotationTimestamp?.getTime() }
    : undefined;

const makeClient = ({ region, endpoints, lines }: MarketplaceSettings, credentials: Credentials) =>
  new MarketplaceMeteringClient({
    region,
    endpoint: endpoints.metering,
    // Ours keeps them, by AWS's time; the SDK's own memory goes by the machine's clock.
    credentials: Object.assign(credentials.current, { memoized: true }),
    // One attempt a call: the SDK re-sends in silence and reports the last answer only.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    disableClockSkewCorrection: false,
    authSchemePreference: [],
    requestHandler: makeSdkHandler(lines),
    customUserAgent: [['tollgate', VERSION]],
    logger: silent,
  });

/** AWS's Marketplace Metering Service by the AWS SDK, one attempt a call. The environment must be isolated first. */
export const makeMarketplace = (
  settings: MarketplaceSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Marketplace => {
  const { region, endpoints, credentialSource, lines } = settings;
  const time = makeSigningTime(clock);
  const sts = { endpoint: endpoints.sts, region, handler: makeSdkHandler(lines) };
  const credentials = makeCredentials(credentialSource, sts, { clock, now: time.now });
  const client = makeClient(settings, credentials);

  const attempt = async <Output extends object, Body>(
    command: AnyCommand,
    step: Step,
    read: (output: Output) => Body | undefined,
  ): Promise<Answer<Body>> => {
    let wire: WireAnswer | undefined;
    equip(command, step, (answer) => {
      wire = answer;
    });
    client.config.systemClockOffset = time.now() - Date.now();
    const sent = client.send(command as MeterUsageCommand) as Promise<unknown>;
    const result: SdkResult<Output> = await sent.then(
      (output) => ({ output: output as Output }),
      (error: unknown) => ({ error }),
    );
    if ('error' in result && result.error instanceof LastLookError) {
      log.error('send_stopped', { reason: result.error.message });
    }
    const answer = answerOf(wire, result, read);
    if (answer.kind === 'ok' || answer.kind === 'refusal') time.hear(answer.date);
    return answer;
  };

  return {
    register: ({ productCode, keyVersion, nonce }) =>
      attempt(
        new RegisterUsageCommand({ ProductCode: productCode, PublicKeyVersion: keyVersion, Nonce: nonce }),
        AS_IT_IS,
        registeredOf,
      ),
    meter: (request) =>
      attempt(
        commandOf(request),
        meterStep(request),
        ({ MeteringRecordId }: { readonly MeteringRecordId?: unknown }) => ({
          recordId: typeof MeteringRecordId === 'string' && MeteringRecordId !== '' ? MeteringRecordId : undefined,
        }),
      ),
    dryRun: ({ productCode, dimension, timestamp }) =>
      attempt(
        new MeterUsageCommand({
          ProductCode: productCode,
          UsageDimension: dimension,
          Timestamp: new Date(Math.floor(timestamp / 1000) * 1000),
          UsageQuantity: 0,
          DryRun: true,
          ClientToken: randomUUID(),
        }),
        AS_IT_IS,
        () => null,
      ),
    date: async () => {
      const target = new URL(endpoints.metering);
      try {
        const head = { method: 'HEAD', path: '/', headers: { host: target.host }, body: new Uint8Array() };
        const { headers } = await send(routeTo(target, lines), head, lines);
        const date = requestIdOf(headers) === undefined ? undefined : dateOf(headers);
        time.hear(date);
        return date;
      } catch {
        return undefined;
      }
    },
    renewCredentials: credentials.renew,
  };
};
