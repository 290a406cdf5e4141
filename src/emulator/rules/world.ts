/** The emulated world as it is set up: who sells what, who may call. What happens in it is the state (`state.ts`). */
export type World = {
  readonly settings: Settings;
  /** Buyers' (and sellers') accounts by their twelve digits. */
  readonly accounts: Readonly<Record<string, Account>>;
  readonly products: Readonly<Record<string, Product>>;
  readonly roles: Readonly<Record<string, Role>>;
  /** Long-term access keys by user name: what a laptop has, and what a seller's back end has. */
  readonly users: Readonly<Record<string, User>>;
  readonly clusters: { readonly ecs: string; readonly eks: Cluster };
  /** Token issuers besides the emulated EKS cluster, for example a real API server. */
  readonly issuers: readonly Issuer[];
  readonly customers: readonly Customer[];
  readonly regions: Regions;
};

export type Settings = {
  /** Calls a second for each account, Region and operation; absent: not limited. */
  readonly quota: Readonly<Record<string, number>>;
  readonly dryRun: DryRun;
  /** AWS's own pages spell the members of the RegisterUsage token in two ways. */
  readonly keySpelling: 'lower' | 'upper';
  /** How far a request's date may be from ours, in milliseconds. */
  readonly clockSkew: number;
  /** Life of credentials and of web identity tokens, in milliseconds. */
  readonly credentialLife: number;
  readonly tokenLife: number;
};

export type DryRun = {
  /** How a permitted DryRun is answered: public code expects 200, the API reference says `DryRunOperation`. */
  readonly answer: 'ok' | 'DryRunOperation';
  /** `all`: everything that storing would check; `permission`: only what the API reference promises. */
  readonly checks: 'all' | 'permission';
  /** The name of a denial: IAM's own, or the one that the API reference gives for DryRun. */
  readonly denied: 'AccessDeniedException' | 'UnauthorizedException';
};

export type Account = { readonly subscriptions: readonly string[] };

export type Pricing = 'usage' | 'hourly' | 'monthly' | 'byol' | 'free';
export type Delivery = 'container' | 'ami' | 'saas';

export type Product = {
  readonly id: string;
  readonly seller: string;
  readonly pricing: Pricing;
  readonly delivery: readonly Delivery[];
  readonly published: boolean;
  readonly dimensions: 'any' | Readonly<Record<string, Dimension>>;
  readonly keys: readonly ProductKey[];
};

export type Dimension = { readonly decimals: boolean };

export type ProductKey = {
  readonly version: number;
  readonly privateKey: string;
  /** When the next version took its place; absent: current. */
  readonly rotatedAt?: number;
};

export type Role = {
  readonly account?: string;
  readonly actions: readonly string[];
  readonly trust: Trust;
};

/** `sub` and `aud` as StringLike; services as in a trust policy's principal. */
export type Trust = { readonly sub: string; readonly aud: string; readonly services: readonly string[] };

export type User = {
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly actions: readonly string[];
};

export type Cluster = { readonly name: string; readonly id: string; readonly privateKey: string };

export type Issuer = {
  readonly issuer: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  readonly audience: string;
  /** The issuer's key set as it stands in the world file. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** Where to read it instead, at each use: an API server makes new keys when it starts. */
  readonly jwks?: string;
};

export type Customer = {
  readonly identifier?: string;
  readonly account: string;
  readonly product: string;
  readonly licenseArn: string;
  readonly agreementId: string;
  readonly subscribed: boolean;
  readonly tokens: readonly RegistrationToken[];
};

export type RegistrationToken = { readonly value: string; readonly expired: boolean };

export type Regions = { readonly container: readonly string[]; readonly ami: readonly string[] };
