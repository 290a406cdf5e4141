import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build as esbuild, type Metafile } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  // Names in stack traces must stay readable for support.
  keepNames: true,
  splitting: true,
  legalComments: 'none',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
  metafile: true,
  // CommonJS dependencies call require; the name is one that no dependency uses.
  banner: { js: "import{createRequire as __tgRequire}from'node:module';const require=__tgRequire(import.meta.url);" },
} as const satisfies BuildOptions;

/**
 * The programs, each bundled apart: nothing of one may ride along in another. The Kubernetes client is as large as all the
 * rest of the agent and loaded by replicas on EKS alone: it is a file of its own.
 */
const PROGRAMS = {
  agent: {
    tollgate: 'src/agent/main.ts',
    worker: 'src/agent/worker.ts',
    kubernetes: 'src/agent/io/kubernetes/leases.ts',
  },
  emulator: { emulator: 'src/emulator/main.ts' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Program = keyof typeof PROGRAMS;

const ALL = Object.keys(PROGRAMS) as readonly Program[];

/** Bundles programs into `folder`; returns esbuild's account of what went into each. */
export const build = async (folder: string, programs: readonly Program[] = ALL): Promise<Record<string, Metafile>> => {
  const metafiles: Record<string, Metafile> = {};
  for (const program of programs) {
    const entries: Readonly<Record<string, string>> = PROGRAMS[program];
    const present = Object.entries(entries).filter(([, file]) => existsSync(join(ROOT, file)));
    const { metafile } = await esbuild({
      ...COMMON,
      entryPoints: Object.fromEntries(present),
      outdir: folder,
      chunkNames: `chunks/${program}-[name]-[hash]`,
    });
    metafiles[program] = metafile;
  }
  return metafiles;
};
