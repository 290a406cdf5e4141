import { dirname, join, normalize } from 'node:path';

/** One source file: its path from the project's root, and its text. */
export type Source = { readonly path: string; readonly text: string };

/**
 * Who may import whom (docs/architecture.md, Floors).
 *
 *   main, supervisor, worker -> cli -> agent -> { services, io } -> ports -> core -> regions
 *   emulator -> regions        demo -> everything
 */
type Floor = {
  readonly name: string;
  readonly holds: (path: string) => boolean;
  /** Folders and files of ours that this floor may import, as path beginnings. */
  readonly imports: readonly string[];
  /** Packages that it may import; absent: any. */
  readonly packages?: readonly string[];
  /** A pure floor knows no clock, randomness, environment or I/O. */
  readonly pure?: true;
};

const inFolder = (folder: string) => (path: string) => path.startsWith(folder);

const FLOORS: readonly Floor[] = [
  { name: 'regions', holds: inFolder('src/regions/'), imports: ['src/regions/'], packages: [], pure: true },
  {
    name: 'core',
    holds: inFolder('src/agent/core/'),
    imports: ['src/agent/core/', 'src/regions/'],
    packages: ['zod', 'node:crypto'],
    pure: true,
  },
  {
    name: 'ports',
    holds: (path) => path === 'src/agent/ports.ts' || path === 'src/agent/agentHandle.ts',
    imports: ['src/agent/ports.ts', 'src/agent/core/', 'src/regions/'],
    packages: [],
    pure: true,
  },
  {
    name: 'services',
    holds: inFolder('src/agent/services/'),
    imports: ['src/agent/services/', 'src/agent/ports.ts', 'src/agent/core/', 'src/regions/'],
    packages: [],
    pure: true,
  },
  {
    name: 'io',
    holds: inFolder('src/agent/io/'),
    imports: ['src/agent/ports.ts', 'src/agent/core/', 'src/regions/'],
  },
  {
    name: 'agent',
    holds: (path) => path === 'src/agent/agent.ts' || path.startsWith('src/agent/agent/'),
    imports: [
      'src/agent/agent/',
      'src/agent/agentHandle.ts',
      'src/agent/services/',
      'src/agent/io/',
      'src/agent/ports.ts',
      'src/agent/core/',
      'src/regions/',
    ],
  },
  {
    name: 'cli',
    holds: inFolder('src/agent/cli/'),
    imports: [
      'src/agent/cli/',
      'src/agent/agent.ts',
      'src/agent/agent/',
      'src/agent/agentHandle.ts',
      'src/agent/io/',
      'src/agent/ports.ts',
      'src/agent/core/',
      'src/regions/',
    ],
  },
  { name: 'edge', holds: inFolder('src/agent/'), imports: ['src/agent/'] },
  {
    name: 'emulator rules',
    holds: inFolder('src/emulator/rules/'),
    imports: ['src/emulator/rules/', 'src/regions/'],
    packages: ['node:crypto', 'zod'],
    pure: true,
  },
  { name: 'emulator', holds: inFolder('src/emulator/'), imports: ['src/emulator/', 'src/regions/'] },
  { name: 'demo', holds: inFolder('src/demo/'), imports: ['src/'] },
];

/** What a pure floor may not say. Comments and strings are cut away first. */
const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bhrtime\b|\bTemporal\b/, 'reads a clock'],
  [/\bMath\.random\b|\brandom(Bytes|UUID|Int|FillSync|Fill)\b|\bgetRandomValues\b/, 'draws randomness'],
  [/\bprocess\b/, 'reads the process or its environment'],
  [/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'starts a timer'],
  [/\bfetch\(|\bconsole\b|\brequire\(/, 'does I/O'],
];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g;

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');

const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/(^|[^:])\/\/.*$/gm, '$1');

const roomOf = (path: string): string | undefined => /^src\/agent\/io\/([^/]+)/.exec(path)?.[1];

const importViolation = (source: Source, floor: Floor, specifier: string): string | undefined => {
  if (!specifier.startsWith('.')) {
    const name = specifier.startsWith('node:') ? specifier : specifier.split('/')[0];
    if (floor.packages === undefined || floor.packages.includes(name ?? '')) return undefined;
    return `${source.path}: the ${floor.name} floor may not import ${specifier}`;
  }
  const target = normalize(join(dirname(source.path), specifier));
  if (floor.name === 'io' && target.startsWith('src/agent/io/')) {
    if (roomOf(target) === roomOf(source.path)) return undefined;
    return `${source.path}: no room of io/ imports another (${target})`;
  }
  if (floor.imports.some((allowed) => target.startsWith(allowed))) return undefined;
  return `${source.path}: the ${floor.name} floor may not import ${target}`;
};

/** Cycles among our own files, each named once by its members in order of walking. */
const cyclesOf = (sources: readonly Source[]): readonly string[] => {
  const graph = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => normalize(join(dirname(path), specifier))),
    ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push(`import cycle: ${[...trail.slice(at), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return cycles;
};

/** Every sentence that says which file breaks which rule of the floors; empty when all hold. */
export const violationsOf = (sources: readonly Source[]): readonly string[] => {
  const found = sources.flatMap((source) => {
    const floor = FLOORS.find(({ holds }) => holds(source.path));
    if (floor === undefined) return [`${source.path}: stands on no floor`];
    const imports = importsOf(source.text).flatMap((specifier) => importViolation(source, floor, specifier) ?? []);
    if (floor.pure !== true) return imports;
    const code = codeOf(source.text);
    const impure = IMPURE.filter(([pattern]) => pattern.test(code)).map(
      ([, what]) => `${source.path}: the ${floor.name} floor is pure, but this ${what}`,
    );
    return [...imports, ...impure];
  });
  return [...found, ...cyclesOf(sources)];
};
