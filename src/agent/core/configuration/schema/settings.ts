import * as z from 'zod';
import { type Branch, isBranch, type Path, type Tree } from '../layers/tree.ts';
import { schema } from './schema.ts';

/** A setting: a place in the configuration that holds a value (or a list), as opposed to a section of settings. */
export type Setting = {
  /** Dotted, as in messages and in buyerMay. */
  readonly path: string;
  readonly keys: readonly string[];
  /** The variable that sets it. */
  readonly variable: string;
  /** How a variable's text is read: as it stands, words with commas between, JSON, or not at all. */
  readonly form: 'text' | 'words' | 'json' | 'fileOnly';
  readonly nullable: boolean;
  readonly description: string;
  /** What holds when nobody says anything; undefined when that depends on others. */
  readonly standard: unknown;
};

type Type = z.core.$ZodType;

/** Without the wrappers that only say what holds when the value is absent. */
const unwrapped = (type: Type): Type =>
  type instanceof z.ZodPrefault || type instanceof z.ZodOptional ? unwrapped(type.def.innerType) : type;

const descriptionOf = (type: Type): string => (type instanceof z.ZodType ? (type.description ?? '') : '');

const standardOf = (type: Type): unknown => (type instanceof z.ZodPrefault ? type.def.defaultValue : undefined);

/** `metering.whenFailing.do` is TOLLGATE_METERING_WHEN_FAILING_DO. */
const variableOf = (keys: readonly string[]): string =>
  ['TOLLGATE', ...keys.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())].join('_');

const formOf = (type: Type): Setting['form'] => {
  if (type instanceof z.ZodRecord) return 'fileOnly';
  if (type instanceof z.ZodArray) return unwrapped(type.element) instanceof z.ZodObject ? 'json' : 'words';
  return 'text';
};

const settingsOf = (type: Type, keys: readonly string[]): readonly Setting[] => {
  const inner = unwrapped(type);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape as Record<string, Type>).flatMap(([key, child]) =>
      settingsOf(child, [...keys, key]),
    );
  return [
    {
      path: keys.join('.'),
      keys,
      variable: variableOf(keys),
      form: formOf(inner),
      nullable: inner instanceof z.ZodNullable,
      description: descriptionOf(type),
      standard: standardOf(type),
    },
  ];
};

/** Every setting, in the order of the documentation. */
export const SETTINGS: readonly Setting[] = settingsOf(schema, []);

/** Every section, dotted. */
export const SECTIONS: ReadonlySet<string> = new Set(
  SETTINGS.flatMap(({ keys }) => keys.slice(0, -1).map((_, index) => keys.slice(0, index + 1).join('.'))),
);

const HOLDERS: ReadonlySet<string> = new Set([
  ...SECTIONS,
  ...SETTINGS.filter(({ form }) => form !== 'text').map(({ path }) => path),
]);

const childAt = (type: Type, step: string | number): Type | undefined => {
  const inner = unwrapped(type);
  if (inner instanceof z.ZodObject) return (inner.shape as Record<string, Type>)[String(step)];
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return inner instanceof z.ZodArray ? inner.element : undefined;
};

/** The keys that may stand at a place; none where no section is. */
export const keysAt = (path: Path): readonly string[] => {
  let type: Type | undefined = schema;
  for (const step of path) type = type === undefined ? undefined : childAt(type, step);
  const inner = type === undefined ? undefined : unwrapped(type);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};

/** The tree without sections and lists that were left empty, as when all that is in them is commented out. */
export const withoutEmpty = (tree: Branch, path = ''): Branch =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]): readonly (readonly [string, Tree])[] => {
      const inner = path === '' ? key : `${path}.${key}`;
      if (value === null && HOLDERS.has(inner)) return [];
      return [[key, isBranch(value) && SECTIONS.has(inner) ? withoutEmpty(value, inner) : value]];
    }),
  );
