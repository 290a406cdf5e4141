import { KINDS } from '../usage/kinds.ts';
import { format } from '../usage/quantity.ts';
import type { Config, Dimension } from './config.ts';
import { at, type Branch, dotted, type Path } from './layers/tree.ts';
import { SETTINGS, type Setting } from './schema/settings.ts';

/** A setting as it holds now, in the spelling of the configuration, and who said so. */
export type InForce = {
  readonly path: string;
  readonly value: unknown;
  /** `file:line`, a variable's name, `default`, or what it follows from. */
  readonly origin: string;
};

const BY_POLICY: Path = ['metering', 'policy'];

/** What holds where nobody said anything and no constant is the default. */
const derived = (setting: Setting, config: Config): Omit<InForce, 'path'> => {
  const policy = config.origins[dotted(BY_POLICY)];
  const byPolicy = policy === undefined ? 'default' : `metering.policy, ${policy}`;
  switch (setting.path) {
    case 'sealed':
      return { value: config.sealed, origin: config.sealed ? 'the place of the file' : 'default' };
    case 'endpoints':
      return { value: config.endpoints, origin: `sealed: ${config.sealed}` };
    case 'metering.onDoubt':
      return { value: config.metering.onDoubt, origin: byPolicy };
    case 'metering.onConflict':
      return { value: config.metering.onConflict, origin: byPolicy };
    case 'metering.onAdopt':
      return { value: config.metering.onAdopt, origin: byPolicy };
    case 'health.listen':
      return { value: null, origin: 'default; run listens on 0.0.0.0:8788' };
    default:
      return { value: setting.standard ?? null, origin: 'default' };
  }
};

const shownDimension = ({
  name: _,
  per,
  maxPerHour,
  rounding,
  meter,
  scope,
  within,
  decimals,
  zeroHours,
}: Dimension) => ({
  meter,
  ...(scope === undefined ? {} : { scope }),
  ...(within === undefined ? {} : { within }),
  per: format(per),
  decimals,
  ...(KINDS[meter].adds ? {} : { rounding }),
  ...(maxPerHour === undefined ? {} : { maxPerHour: format(maxPerHour) }),
  zeroHours,
});

/** Every setting in force. Keys are named by version only: their text belongs to no listing. */
export const inForceOf = (config: Config, written: Branch): readonly InForce[] =>
  SETTINGS.flatMap((setting): readonly InForce[] => {
    const { path, keys } = setting;
    const origin = config.origins[path];
    if (path === 'dimensions')
      return config.dimensions.map((dimension) => ({
        path: `dimensions.${dimension.name}`,
        value: shownDimension(dimension),
        origin: config.origins[`dimensions.${dimension.name}`] ?? 'default',
      }));
    if (path === 'product.publicKeys')
      return [
        { path, value: config.product.publicKeys.map(({ version }) => ({ version })), origin: origin ?? 'default' },
      ];
    return [{ path, ...(origin === undefined ? derived(setting, config) : { value: at(written, keys), origin }) }];
  });
