/**
 * `npm run sbom`: the bill of materials (CycloneDX 1.6) of what is shipped, from package-lock.json: the services and the
 * console with everything they need to run, each package with its licence and checksum.
 *
 * `npm sbom` itself refuses the whole tree as long as one test tool names a peer (TypeScript 5) that we do not use.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const SHIPPED = ['edge-gateway', 'ingest-service', 'reorder-service', 'console', 'device-sim', 'standalone'];

interface LockedPackage {
  name?: string;
  version?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const root = new URL('..', import.meta.url);
const { packages, version } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
  version: string;
  packages: Record<string, LockedPackage>;
};

/** Where Node finds `name` from `folder`: in the nearest node_modules above it. */
function resolveFrom(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    const found = packages[path];
    if (found) return found.link ? found.resolved : path;
    if (at === '') return undefined;
  }
}

const reached = new Set<string>();
const dependsOn = new Map<string, Set<string>>();
const open = [...SHIPPED];
for (let path = open.pop(); path !== undefined; path = open.pop()) {
  if (reached.has(path)) continue;
  reached.add(path);
  const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
  const needed = new Set<string>();
  for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
    const found = resolveFrom(path, name) ?? resolveFrom('', name);
    if (found === undefined) continue; // optional, and for another platform
    needed.add(found);
    open.push(found);
  }
  dependsOn.set(path, needed);
}

function purl(path: string): string {
  const { name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), version: of = '0.0.0' } =
    packages[path] ?? {};
  return `pkg:npm/${name.startsWith('@') ? `%40${name.slice(1)}` : name}@${of}`;
}

const components = [...reached].toSorted().map((path) => {
  const { version: of, license, integrity } = packages[path] ?? {};
  const [algorithm, digest] = integrity?.split('-', 2) ?? [];
  return {
    type: path.startsWith('node_modules/') ? 'library' : 'application',
    'bom-ref': path,
    name: decodeURIComponent(
      purl(path)
        .slice('pkg:npm/'.length)
        .replace(/@[^@]*$/, ''),
    ),
    version: of,
    purl: purl(path),
    ...(license ? { licenses: [{ expression: license }] } : {}),
    ...(algorithm === 'sha512' && digest
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {}),
  };
});
const serial = createHash('sha256').update(JSON.stringify(components)).digest('hex');
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: `urn:uuid:${serial.slice(0, 8)}-${serial.slice(8, 12)}-5${serial.slice(13, 16)}-8${serial.slice(17, 20)}-${serial.slice(20, 32)}`,
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': 'shelfwire', name: 'shelfwire', version } },
  components,
  dependencies: [
    { ref: 'shelfwire', dependsOn: SHIPPED },
    ...[...dependsOn].map(([ref, needed]) => ({ ref, dependsOn: [...needed] })),
  ],
};
const out = process.argv[2] ?? 'sbom.cdx.json';
writeFileSync(out, `${JSON.stringify(bom, null, 2)}\n`);
const unlicensed = components.filter((each) => each.type === 'library' && !('licenses' in each));
console.log(
  `${out}: ${components.length} components, ${unlicensed.length} without a licence${unlicensed.map(({ name }) => `, ${name}`).join('')}`,
);
