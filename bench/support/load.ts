import { Agent, request } from 'node:http';

export type Load = { readonly connections: number; readonly reportsEach: number; readonly milliseconds: number };

let serial = 0;

/** Reports with ids of their own: a fixed body would measure duplicates. */
const bodyOf = (reports: number): string => {
  const one = () => {
    serial += 1;
    return { dimension: 'requests', quantity: 1, id: `bench-${process.pid}-${serial}` };
  };
  return JSON.stringify(reports === 1 ? one() : Array.from({ length: reports }, one));
};

const post = (url: string, agent: Agent, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(`${url}/v1/usage`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end(body);
  });

/** Keeps all connections busy for the time; answers reports acknowledged a second. Any answer but 202 is an error. */
export const pour = async (url: string, { connections, reportsEach, milliseconds }: Load): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const began = performance.now();
  let taken = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - began < milliseconds) {
      const status = await post(url, agent, bodyOf(reportsEach));
      if (status !== 202) throw new Error(`the service answered ${status}`);
      taken += reportsEach;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return (taken / (performance.now() - began)) * 1000;
};
