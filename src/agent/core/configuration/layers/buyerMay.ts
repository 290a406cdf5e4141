import { nearestTo } from '../../../../regions/index.ts';
import { SECTIONS, SETTINGS } from '../schema/settings.ts';

/** What decides about money or trust stays the vendor's: a name, or a section with all that is in it. */
const VENDORS: readonly (readonly [string, string])[] = [
  ['product', 'it says what is sold'],
  ['dimensions', 'they say what is billed'],
  ['platform', 'it says how the product proves where it runs'],
  ['sealed', 'it would open the configuration'],
  ['endpoints', 'it says who is believed to be AWS'],
  ['buyerMay', 'it would let a buyer allow himself anything'],
  ['metering.mode', 'it says whether usage is billed'],
  ['metering.policy', 'it says what is billed in doubt'],
  ['metering.onDoubt', 'it says what is billed in doubt'],
  ['metering.onConflict', 'it says what is billed in doubt'],
  ['metering.onAdopt', 'it says what is billed in doubt'],
  ['metering.moveAtMost', 'it says what is billed later'],
  ['metering.adopt', "it says whether a dead task's usage is billed"],
  ['gate.onPatience', 'it would start the product without a grant'],
];

/** Why a name may not be listed in buyerMay, and what to do; undefined when it may. */
export const refusalOf = (name: string): { readonly message: string; readonly fix: string } | undefined => {
  const vendors = VENDORS.find(([path]) => name === path || name.startsWith(`${path}.`));
  if (vendors !== undefined && (SECTIONS.has(name) || SETTINGS.some(({ path }) => path === name)))
    return { message: `${name} cannot be a buyer's to set: ${vendors[1]}`, fix: `take ${name} out of the list` };
  if (SECTIONS.has(name)) {
    const inside = SETTINGS.filter(({ path }) => path.startsWith(`${name}.`)).map(({ path }) => path);
    return {
      message: `${name} is a section, not a setting`,
      fix: `list the settings that are meant: ${inside.filter((path) => refusalOf(path) === undefined).join(', ')}`,
    };
  }
  const names = SETTINGS.map(({ path }) => path);
  if (names.includes(name)) return undefined;
  const near = nearestTo(name, names);
  return {
    message: `${name} is no setting${near === undefined ? '' : `: did you mean ${near}?`}`,
    fix: near === undefined ? 'take it out of the list' : `write ${near}`,
  };
};
