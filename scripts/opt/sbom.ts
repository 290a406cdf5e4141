import type { BundledPackage } from './bundled.ts';
import type { DebianPackage } from './debian.ts';

/** What the folder is made of. */
export type Parts = {
  readonly version: string;
  readonly license: string;
  readonly bundled: readonly BundledPackage[];
  readonly debian: readonly DebianPackage[];
  /** `debian-12` */
  readonly distribution: string;
  /** process.versions: Node's own and those of what is linked into it. */
  readonly node: Readonly<Record<string, string | undefined>>;
};

/** Of the parts that are linked into Node those that security notices speak of. */
const WITHIN_NODE = [
  'ada',
  'ares',
  'brotli',
  'llhttp',
  'nghttp2',
  'openssl',
  'simdjson',
  'sqlite',
  'undici',
  'uv',
  'v8',
  'zlib',
];

const component = (type: 'library' | 'application', name: string, version: string, purl: string) => ({
  type,
  'bom-ref': purl,
  name,
  version,
  purl,
});

const generic = (type: 'library' | 'application', name: string, version: string) =>
  component(type, name, version, `pkg:generic/${name}@${encodeURIComponent(version)}`);

/**
 * A bill of materials, CycloneDX 1.6 in JSON. Without a time and a serial number, so that the same parts give the same
 * bytes.
 */
export const billOfMaterials = ({ version, license, bundled, debian, distribution, node }: Parts): object => {
  const within = WITHIN_NODE.flatMap((name) => {
    const found = node[name];
    return found === undefined ? [] : generic('library', name, found);
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { ...generic('application', 'tollgate', version), licenses: [{ expression: license }] },
    },
    components: [
      {
        ...generic('application', 'node', node['node'] ?? ''),
        cpe: `cpe:2.3:a:nodejs:node.js:${node['node']}:*:*:*:*:*:*:*`,
        components: within,
      },
      ...debian.map((found) =>
        component(
          'library',
          found.name,
          found.version,
          `pkg:deb/debian/${encodeURIComponent(found.name)}@${encodeURIComponent(found.version)}?arch=${found.architecture}&distro=${distribution}`,
        ),
      ),
      ...bundled.map((found) => ({
        ...component(
          'library',
          found.name,
          found.version,
          `pkg:npm/${found.name.replace('@', '%40')}@${found.version}`,
        ),
        licenses: [{ expression: found.license }],
      })),
    ],
  };
};
