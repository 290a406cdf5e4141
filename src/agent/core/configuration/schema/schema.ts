import * as z from 'zod';
import { DAY, HOUR, MINUTE, SECOND } from '../../time/hour.ts';
import { dimensionName, dimensionSchema } from './dimension.ts';
import { LATER } from './later.ts';
import { duration, flag, integer, lines, listen, oneOf, path, rights, size, word } from './leaves.ts';

const MIB = 1024 ** 2;
const TIB = 1024 ** 4;

/** ProductCode of RegisterUsage and MeterUsage (API reference): these characters, at most 255. */
const productCode = word('product code', /^[-a-zA-Z0-9/=:_.@]+$/, {
  most: 255,
  fix: 'copy the product code from the listing in the AWS Marketplace Management Portal',
});

const publicKey = z.strictObject({
  version: integer({ least: 1, most: 1_000_000 }).describe(
    "The key's version, as the portal shows it; the first is 1.",
  ),
  file: path().optional().describe('A file that holds the key; relative to the folder of this file.'),
  pem: lines().optional().describe('The key itself: PEM, base64 of the PEM, or PEM with \\n for its line ends.'),
});

const region = word('Region name', /^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/, {
  most: 40,
  fix: 'write a Region like eu-south-2',
});

const product = z.strictObject({
  code: productCode.describe("The listing's product code."),
  id: word('product id', /^[-a-zA-Z0-9/=:_.@]+$/, { most: 255, fix: 'write the product id like prod-abcdefghijkl2' })
    .nullable()
    .prefault(null)
    .describe('The product id (prod-...).'),
  pricing: oneOf('pricing', ['usage', 'hourly', 'monthly', 'byol', 'free'], LATER.pricing)
    .prefault('usage')
    .describe('The price model of the listing.'),
  publicKeys: z
    .array(publicKey)
    .prefault([])
    .describe('For hourly and monthly: the public keys that the answers of RegisterUsage are signed with.'),
  extraRegions: z.array(region).prefault([]).describe('Regions that AWS opened for this product on request.'),
});

const quarantineOr = ['quarantine', 'move'] as const;

const metering = z.strictObject({
  mode: oneOf('mode', ['send', 'shadow']).prefault('send').describe('shadow does everything but the calls that bill.'),
  settle: duration({ most: HOUR }).prefault('2m').describe('How long after its end an hour waits for late reports.'),
  policy: oneOf('policy', ['careful', 'complete'])
    .prefault('careful')
    .describe(
      'careful: when unsure do not bill; complete: when unsure bill later. Sets onDoubt, onConflict and onAdopt.',
    ),
  onDoubt: oneOf('choice', quarantineOr)
    .optional()
    .describe('What becomes of an hour that AWS may or may not have when it can no longer be sent.'),
  onConflict: oneOf('choice', ['move', 'hold', 'quarantine'])
    .optional()
    .describe('What becomes of units whose hour AWS holds with another quantity.'),
  onAdopt: oneOf('choice', ['quarantine', 'retry'])
    .optional()
    .describe('What becomes of records in doubt that a dead task, pod or instance left behind.'),
  moveAtMost: duration().prefault('24h').describe('How much later than their own hour units may still be billed.'),
  adopt: z
    .strictObject({
      within: duration()
        .prefault('24h')
        .describe('How long after its last write the ledger of a dead task or pod may be taken over.'),
      onEc2: flag()
        .prefault(false)
        .describe('Whether an EC2 instance may take a ledger over: an image wakes up many times.'),
    })
    .prefault({}),
  lastCarry: oneOf('choice', ['drop', 'ceil'])
    .prefault('drop')
    .describe('What becomes of the part of a unit that is left at the end: not billed, or billed as a whole one.'),
  onShutdown: oneOf('choice', ['send', 'keep'])
    .prefault('send')
    .describe('keep leaves the open hour in the ledger for its next owner.'),
  whenFailing: z
    .strictObject({
      after: duration().prefault('2h').describe('After how long without a good answer of AWS.'),
      do: oneOf('choice', ['warn', 'readiness', 'exit']).prefault('warn').describe('What to do then.'),
    })
    .prefault({}),
});

/** Names of Kubernetes objects (DNS subdomain names) and of namespaces (labels). */
const leaseName = word('name of a Lease', /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
  most: 253,
  fix: 'write the name of the Lease object as kubectl shows it',
});

const namespaceName = word('name of a namespace', /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, {
  most: 63,
  fix: 'write the name of the namespace as kubectl shows it',
});

const standby = z.strictObject({
  lease: leaseName
    .nullable()
    .prefault(null)
    .describe('On EKS: the Lease by which one of several replicas is elected to count; null: there is one replica.'),
  namespace: namespaceName.nullable().prefault(null).describe("The Lease's namespace; null: the pod's own."),
  duration: duration({ least: 10 * SECOND, most: HOUR })
    .prefault('30s')
    .describe('After how long without a sign of life another replica takes the Lease.'),
  serviceAccount: path()
    .prefault('/var/run/secrets/kubernetes.io/serviceaccount')
    .describe("The folder with the service account's token, ca.crt and namespace."),
});

/** Every setting, its type, its default and its description: the one source of all three. */
export const schema = z.strictObject({
  product: product.prefault({} as z.input<typeof product>),
  dimensions: z
    .record(dimensionName, dimensionSchema)
    .prefault({})
    .describe("What is metered, by the dimension's API name in the listing; at most 24."),
  sealed: flag()
    .optional()
    .describe(
      'Whether buyers may set only what buyerMay lists. True in /etc/tollgate/tollgate.yaml unless said, false elsewhere.',
    ),
  platform: oneOf('platform', ['auto', 'ecs', 'eks', 'ec2', 'local'])
    .prefault('auto')
    .describe('Where the product runs.'),
  endpoints: oneOf('choice', ['aws', 'any'])
    .optional()
    .describe(
      "Which endpoints may be called: only AWS's own, or any that the SDK's variables name. aws when sealed, else any.",
    ),
  door: z
    .strictObject({
      listen: listen().prefault('127.0.0.1:8787').describe('Where usage reports come in: host:port, or unix:/path.'),
      tokenFile: path()
        .nullable()
        .prefault(null)
        .describe('A file with the token that reports must bring; needed beyond loopback.'),
      socketMode: rights().prefault('0660').describe('Who may use a socket at unix:/path, in octal digits.'),
      socketGroup: integer({ least: 0, most: 4_294_967_294 })
        .nullable()
        .prefault(null)
        .describe("The group of a socket at unix:/path, by its number; null: the agent's own."),
      connections: integer({ least: 1, most: 10_000 }).prefault(64).describe('The most connections at a time.'),
    })
    .prefault({}),
  health: z
    .strictObject({
      listen: listen()
        .nullable()
        .optional()
        .describe(
          'Where probes and metrics are answered: 0.0.0.0:8788 under run unless said, nowhere under exec; null: nowhere.',
        ),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      directory: path()
        .prefault('/var/lib/tollgate')
        .describe('The folder of the ledger: it must outlive the container.'),
      maxBytes: size({ least: MIB, most: TIB }).prefault('1GiB').describe('The most disk that the ledger may use.'),
      dedupe: z
        .strictObject({
          keep: duration({ least: MINUTE }).prefault('24h').describe('How long the id of a report is remembered.'),
          least: duration({ least: MINUTE })
            .prefault('1h')
            .describe('The window never shrinks below this when space is short.'),
        })
        .prefault({}),
      retain: duration({ least: 32 * DAY, most: 3_660 * DAY })
        .prefault('2160h')
        .describe('How long settled records and their receipts are kept one by one; older ones are kept as sums.'),
      wait: duration({ most: HOUR }).prefault('60s').describe('How long to wait for a ledger that is in use.'),
    })
    .prefault({}),
  gate: z
    .strictObject({
      patience: duration().prefault('30m').describe('How long the gate waits for an answer of AWS.'),
      onPatience: oneOf('choice', ['exit', 'start']).prefault('exit').describe('What to do when the patience is over.'),
      graceAfterPurchase: flag()
        .prefault(false)
        .describe(
          'Whether "not entitled" is asked again in the first five minutes, since a purchase takes a while to be seen.',
        ),
    })
    .prefault({}),
  standby: standby.prefault({}),
  metering: metering.prefault({}),
  shutdown: z
    .strictObject({
      grace: duration({ most: HOUR })
        .prefault('25s')
        .describe('From the stop signal to the end; below what the platform allows before it kills.'),
      drain: duration({ most: HOUR }).prefault('8s').describe('The part of grace that is kept for the last flush.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: oneOf('level', ['error', 'warn', 'info', 'debug'])
        .prefault('info')
        .describe('The least severity that is logged.'),
      format: oneOf('format', ['auto', 'json', 'text'])
        .prefault('auto')
        .describe('auto: text on a terminal, else json.'),
    })
    .prefault({}),
  buyerMay: z
    .array(word('setting', /^[A-Za-z.]+$/, { most: 100, fix: 'write a setting like log.level' }))
    .prefault([])
    .describe('The settings that a buyer may set by the environment when the configuration is sealed.'),
});

/** All settings read, defaults filled in, keys of files not loaded yet. */
export type Settings = z.output<typeof schema>;
