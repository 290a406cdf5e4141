import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kube } from './kube.ts';

const DIST = process.env['TOLLGATE_DIST'] ?? '';
const PORT = 8700;

export type Call = {
  readonly n: number;
  readonly operation: string;
  readonly time: string;
  readonly resource: string | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly body: unknown;
};

/** AWS's side of the wire on all addresses, which believes the tokens of this cluster by the keys that it publishes. */
export const startAws = async (folder: string, issuer: string, kube: Kube, world: object) => {
  writeFileSync(join(folder, 'jwks.json'), await kube.look('/openid/v1/jwks'));
  const issuers = [{ issuer, jwks: 'jwks.json', region: 'us-east-1', audience: 'sts.amazonaws.com' }];
  writeFileSync(join(folder, 'world.yaml'), JSON.stringify({ ...world, issuers }));
  const child = spawn(
    process.execPath,
    [
      join(DIST, 'emulator.mjs'),
      'serve',
      '--host',
      '0.0.0.0',
      '--port',
      String(PORT),
      '--world',
      join(folder, 'world.yaml'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)));
  });
  child.stdout.resume();
  const admin = async <T>(method: string, route: string, body?: object): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${PORT}/admin/${route}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    /** The variables that lead a pod's SDK here. */
    variables: (host: string) => ({
      AWS_ENDPOINT_URL_MARKETPLACE_METERING: `http://${host}:${PORT}`,
      AWS_ENDPOINT_URL_STS: `http://${host}:${PORT}`,
    }),
    admin,
    /** Units that would be invoiced, by dimension. */
    bill: async (product: string): Promise<Readonly<Record<string, string>>> => {
      const { usage } = await admin<{
        readonly usage: readonly { readonly product: string; readonly dimension: string; readonly quantity: string }[];
      }>('GET', 'bill');
      return Object.fromEntries(
        usage.filter((line) => line.product === product).map(({ dimension, quantity }) => [dimension, quantity]),
      );
    },
    /** What was accepted, but for what bills nothing. */
    records: async (product: string): Promise<readonly object[]> => {
      const { records } = await admin<{
        readonly records: readonly {
          readonly product: string;
          readonly dimension: string;
          readonly quantity: string;
          readonly resource: string;
          readonly dryRun: boolean;
        }[];
      }>('GET', 'records');
      return records
        .filter((record) => record.product === product && !record.dryRun && record.quantity !== '0')
        .map(({ dimension, quantity, resource }) => ({ dimension, quantity, resource }));
    },
    /** The tasks and pods that an hourly product is registered for. */
    registered: async (product: string): Promise<readonly string[]> => {
      const { registered } = await admin<{
        readonly registered: readonly { readonly product: string; readonly resource: string }[];
      }>('GET', 'bill');
      return registered.filter((line) => line.product === product).map(({ resource }) => resource);
    },
    calls: async (operation: string): Promise<readonly Call[]> =>
      (await admin<{ readonly calls: readonly Call[] }>('GET', `calls?operation=${operation}`)).calls,
  };
};

export type Aws = Awaited<ReturnType<typeof startAws>>;
