import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './kube.ts';

const REGISTRY = '709825985650.dkr.ecr.us-east-1.amazonaws.com/your-company';
const PRODUCTS = ['convert', 'batch', 'desk', 'search'] as const;

type Manifest = readonly { readonly Config: string; readonly Layers: readonly string[] }[];
type Config = {
  readonly config: Readonly<Record<string, unknown>>;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
};

/**
 * acmeImages.ts ARCHIVE TO: from the archive of Tollgate's image, one with the images that the example charts name by default: Tollgate's own, and
 * one for each product, which is the same with a program of its own on top.
 */
const writeImages = async (archive: string, to: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-images-'));
  await must('tar', ['-C', folder, '-xf', archive]);
  const [own] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  if (own === undefined) throw new Error(`${archive} holds no image`);
  const config = JSON.parse(readFileSync(join(folder, own.Config), 'utf8')) as Config;

  mkdirSync(join(folder, 'top', 'app'), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'acme.mjs'), join(folder, 'top', 'app', 'acme.mjs'));
  await must('tar', [
    '-C',
    join(folder, 'top'),
    '--owner=0',
    '--group=0',
    '--mode=a+rX',
    '-cf',
    join(folder, 'acme.tar'),
    'app',
  ]);
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'acme.tar')))
    .digest('hex');

  const products = PRODUCTS.map((product) => {
    const image = {
      ...config,
      config: {
        ...config.config,
        Entrypoint: ['/opt/tollgate/bin/node', '/app/acme.mjs', product],
        Cmd: null,
        Volumes: null,
        Healthcheck: null,
      },
      rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, `sha256:${digest}`] },
      history: null,
    };
    writeFileSync(join(folder, `${product}.json`), JSON.stringify(image));
    return {
      Config: `${product}.json`,
      RepoTags: [`${REGISTRY}/acme-${product}:3.2.1`],
      Layers: [...own.Layers, 'acme.tar'],
    };
  });
  const manifest = [{ ...own, RepoTags: [`${REGISTRY}/tollgate:0.1.0`] }, ...products];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const files = new Set(manifest.flatMap(({ Config, Layers }) => [Config, ...Layers]));
  await must('tar', ['-C', folder, '-cf', to, 'manifest.json', ...files]);
};

const [archive = '', to = ''] = process.argv.slice(2);
await writeImages(archive, to);
