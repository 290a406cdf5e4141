import { createSocket } from 'node:dgram';
import type { Kube } from './kube.ts';

const DOMAIN = 'svc.cluster.local';
const A = 1;

type Slices = {
  readonly items: readonly {
    readonly endpoints:
      | readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready?: boolean } }[]
      | null;
  }[];
};

/** The question of a request: its name, its type, and where it ends. */
const questionOf = (request: Buffer) => {
  const labels: string[] = [];
  let at = 12;
  for (let length = request.readUInt8(at); length > 0; length = request.readUInt8(at)) {
    labels.push(request.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: request.readUInt16BE(at + 1), end: at + 5 };
};

/** An answer with these addresses; without any, "no such name" unless it is known. RFC 1035, section 4.1. */
const answerOf = (request: Buffer, end: number, addresses: readonly string[], known: boolean): Buffer => {
  const head = Buffer.from(request.subarray(0, end));
  head.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  for (const [offset, count] of [1, addresses.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * offset);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, ...records]);
};

/**
 * Names of Services, as pods ask for them: a Service's name leads to the addresses of its ready pods, as if each Service
 * were headless, so that no kube-proxy is needed.
 */
export const startNames = async (host: string, kube: Kube): Promise<void> => {
  const socket = createSocket('udp4');
  const addressesOf = async (service: string, namespace: string): Promise<readonly string[]> => {
    const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
    const { items } = JSON.parse(await kube.look(path)) as Slices;
    return items.flatMap(({ endpoints }) =>
      (endpoints ?? []).filter(({ conditions }) => conditions.ready === true).flatMap(({ addresses }) => addresses),
    );
  };
  socket.on('message', async (request, { port, address }) => {
    const { name, type, end } = questionOf(request);
    const [service = '', namespace = '', ...rest] = name.split('.');
    const known = rest.join('.') === DOMAIN;
    const addresses = known && type === A ? await addressesOf(service, namespace).catch(() => []) : [];
    socket.send(answerOf(request, end, addresses, known), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(53, host, resolve));
};
