import dns from 'node:dns';
import { afterEach, expect, test } from '@jest/globals';
import { says, startFakeAws } from '../../support/fakeAws.ts';
import { openTask, PATIENT, record } from './support.ts';

type Lookup = typeof dns.lookup;
type Found = (error: NodeJS.ErrnoException | null, ...found: readonly unknown[]) => void;

/** What the resolver says of the metering host; `undefined`: nothing, for ever. */
type Said = { readonly address: string } | { readonly code: string } | undefined;

const HOST = 'metering-marketplace.eu-west-1.amazonaws.test';
const resolver = dns.lookup;
afterEach(() => {
  dns.lookup = resolver;
});

/** The machine's resolver, which answers for one host what it is told to, one question at a time. */
const answerFor = (host: string, says: readonly Said[]): { readonly asked: () => number } => {
  const queue = [...says];
  let asked = 0;
  dns.lookup = ((name: string, options: dns.LookupAllOptions, found: Found) => {
    if (name !== host) return (resolver as (...all: unknown[]) => unknown)(name, options, found);
    asked += 1;
    const said = queue.shift();
    if (said === undefined) return undefined;
    setImmediate(() => {
      if ('code' in said) {
        const error = Object.assign(new Error(`getaddrinfo ${said.code} ${name}`), { code: said.code });
        return found(error, undefined);
      }
      const one = { address: said.address, family: 4 };
      return options.all === true ? found(null, [one]) : found(null, one.address, one.family);
    });
    return undefined;
  }) as Lookup;
  return { asked: () => asked };
};

const HERE = { address: '127.0.0.1' };

test('a name that is lost after it was found: each attempt asks anew, nothing was sent, and it comes back by itself', async () => {
  await using aws = await startFakeAws();
  aws.always('MeterUsage', says({ MeteringRecordId: 'record-1' }));
  const { asked } = answerFor(HOST, [HERE, { code: 'ENOTFOUND' }, { code: 'EAI_AGAIN' }, HERE, HERE]);
  const { port } = new URL(aws.origin);
  const { marketplace } = await openTask(aws, {}, { AWS_ENDPOINT_URL_MARKETPLACE_METERING: `http://${HOST}:${port}` });
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });
  for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    expect(await marketplace.meter(record)).toEqual({
      kind: 'trouble',
      sent: false,
      message: expect.stringContaining(`${code} ${HOST}`),
    });
  }
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });
  expect(asked()).toBe(5);
  expect(aws.calls('MeterUsage')).toHaveLength(3);
});

test('a resolver that says nothing is given up, and nothing was sent', async () => {
  await using aws = await startFakeAws();
  answerFor(HOST, [HERE, undefined]);
  aws.always('MeterUsage', says({ MeteringRecordId: 'record-1' }));
  const env = { AWS_ENDPOINT_URL_MARKETPLACE_METERING: `http://${HOST}:${new URL(aws.origin).port}` };
  const { marketplace } = await openTask(aws, { timeouts: { ...PATIENT, connect: 300 } }, env);
  expect(await marketplace.meter(record)).toMatchObject({ kind: 'ok' });
  expect(await marketplace.meter(record)).toMatchObject({
    kind: 'trouble',
    sent: false,
    message: expect.stringContaining(`no connection to ${HOST}`),
  });
});
