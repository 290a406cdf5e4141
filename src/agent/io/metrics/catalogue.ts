type Row = {
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: readonly string[];
};

/** Every metric, under `tollgate_`. The names are a promise (docs/reference.md, Metrics). */
export const METRICS = {
  verdict: { kind: 'gauge', help: 'May the product run: 1 granted or exempt, 0 pending, -1 refused.' },
  reports_total: { kind: 'counter', help: 'Usage reports by what became of them.', labels: ['dimension', 'result'] },
  records: { kind: 'gauge', help: 'Records in the ledger by state.', labels: ['state'] },
  oldest_unsent_hour_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest closed hour without a receipt; 0 when none.',
  },
  hours_at_risk: { kind: 'gauge', help: 'Unsent hours that AWS will soon no longer take.' },
  quarantined_units: { kind: 'gauge', help: 'Units that wait for a person to decide.', labels: ['dimension'] },
  stranded_units: {
    kind: 'gauge',
    help: 'Units in records that AWS has not taken yet, those that an earlier stop left behind among them.',
  },
  marketplace_calls_total: {
    kind: 'counter',
    help: 'Calls to AWS Marketplace Metering by outcome.',
    labels: ['operation', 'outcome'],
  },
  ledger_bytes: { kind: 'gauge', help: 'Size of the ledger on disk.' },
  ledger_folder_bytes: { kind: 'gauge', help: "Size of all files in the ledger's folder." },
  ledger_folder_max_bytes: { kind: 'gauge', help: "What all files in the ledger's folder may come to." },
  ledger_trouble: { kind: 'gauge', help: '1 while the disk does not take what the ledger writes, else 0.' },
  ledger_rescues: {
    kind: 'gauge',
    help: 'How often the open ledger was taken from its place and written there anew, since the start.',
  },
  ledger_losses: { kind: 'gauge', help: 'Losses of an earlier ledger that nobody has acknowledged.' },
  dedupe_window_seconds: { kind: 'gauge', help: 'How far back ids of reports are known.' },
  clock_offset_seconds: { kind: 'gauge', help: "The wall clock minus AWS's clock." },
  key_rotation_timestamp_seconds: { kind: 'gauge', help: 'When AWS rotated the public key in use; 0 when it has not.' },
  leader: { kind: 'gauge', help: 'Does this agent take reports: 1 also where there is no other replica.' },
  lease_requests_total: {
    kind: 'counter',
    help: 'Requests for the Lease to the Kubernetes API server by outcome.',
    labels: ['outcome'],
  },
  log_lines_lost_total: { kind: 'counter', help: 'Lines of the log that no reader took.' },
  troubles_total: { kind: 'counter', help: 'Unexpected errors that the agent survived.' },
} as const satisfies Readonly<Record<string, Row>>;

export type MetricName = keyof typeof METRICS;

/** Exactly the labels that a metric has, each with a text. */
export type LabelsOf<Name extends MetricName> = (typeof METRICS)[Name] extends {
  readonly labels: readonly (infer Label extends string)[];
}
  ? Readonly<Record<Label, string>>
  : Readonly<Record<string, never>>;

type OfKind<Kind extends Row['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

export type CounterName = OfKind<'counter'>;
export type GaugeName = OfKind<'gauge'>;
