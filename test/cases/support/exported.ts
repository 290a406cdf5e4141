import type { Service } from '../../wire/support/service.ts';

/** The lines of `tollgate ledger export`, of a ledger that an agent holds or that nobody holds. */
export type ExportedLine = Readonly<Record<string, string | number | boolean | null>>;

export const exported = async (
  { stage }: Pick<Service, 'stage'>,
  env: Readonly<Record<string, string>> = stage.env,
): Promise<readonly ExportedLine[]> => {
  await using program = stage.start(['ledger', 'export', '--format', 'jsonl'], { env });
  const { code } = await program.ended;
  if (code !== 0) throw new Error(`ledger export ended with ${code}: ${program.stderr()}`);
  return program
    .stdout()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExportedLine);
};
