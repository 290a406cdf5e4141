import { globSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';
import { ROOT, textOf } from '../../docs/support/documents.ts';

export type Tree = { readonly [key: string]: unknown };

/** The files under deploy/ by their path from the root. */
export const deployed = (pattern: string): readonly string[] => globSync(`deploy/${pattern}`, { cwd: ROOT }).toSorted();

const tag = (name: string): readonly ScalarTag[] => [
  { tag: `!${name}`, resolve: (text: string) => ({ [name]: text }) } as unknown as ScalarTag,
];

/** CloudFormation's short forms, as the long ones: `!Ref A` is `{ Ref: 'A' }`. */
const SHORT_FORMS = ['Ref', 'Sub', 'GetAtt'].flatMap(tag);

/** A JSON or YAML file; the short forms of CloudFormation as objects. */
export const treeOf = (path: string): Tree =>
  (path.endsWith('.json') ? JSON.parse(textOf(path)) : parse(textOf(path), { customTags: SHORT_FORMS })) as Tree;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object in a tree, itself included. */
export const objectsIn = (value: unknown): readonly Tree[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isTree(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
};

/** The text between the bracket that ends `head` and the one that closes it. */
export const bracketed = (text: string, head: string): string => {
  const start = text.indexOf(head) + head.length;
  if (start < head.length) throw new Error(`there is no ${head}`);
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if ('{[('.includes(text.charAt(at))) depth += 1;
    if ('}])'.includes(text.charAt(at))) depth -= 1;
    if (depth === 0) return text.slice(start, at);
  }
  throw new Error(`${head} does not end`);
};

/** An object of Terraform's language that holds nothing but values and `names`, as a tree. */
export const terraformObject = (body: string, names: Readonly<Record<string, unknown>>): Tree => {
  const named = body.replaceAll(/\b(?:var|local)\.\w+/g, (name) => {
    if (!Object.hasOwn(names, name)) throw new Error(`nothing is known of ${name}`);
    return JSON.stringify(names[name]);
  });
  const commas = named.replaceAll(/([^\s{[(,])[ \t]*\n(?=\s*\w+\s*=)/g, '$1,\n');
  return JSON.parse(`{${commas.replaceAll(/\b(\w+)\s*=\s*/g, '"$1": ').replaceAll(/,(\s*[}\]])/g, '$1')}}`) as Tree;
};

/** The defaults of a module's variables, where they are plain values. */
export const terraformDefaults = (path: string): Readonly<Record<string, unknown>> => {
  const text = textOf(path);
  return Object.fromEntries(
    [...text.matchAll(/^variable "(\w+)" \{$/gm)].map(([head, name = '']) => {
      const plain = /^ {2}default\s+= (.+)$/m.exec(bracketed(text, head))?.[1];
      return [`var.${name}`, plain === undefined || plain === '{}' ? undefined : JSON.parse(plain)];
    }),
  );
};
