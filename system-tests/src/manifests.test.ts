import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const MODELS: Readonly<Record<string, new (value: never) => { validate(): void }>> = {
  'v1 ConfigMap': ConfigMap,
  'v1 Service': Service,
  'apps/v1 StatefulSet': StatefulSet,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
};
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}
interface Kustomization {
  resources: string[];
  patches?: { path: string }[];
  replicas?: { name: string }[];
  configMapGenerator?: { name: string; files: string[] }[];
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
const read = (path: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(root, path), 'utf8')).map((document) => document.toJS() as Manifest);
const name = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
const base = files.filter((path) => path.startsWith('base/') && !path.endsWith('kustomization.yaml')).flatMap(read);

test('every object of the base, and every patch, has the form that Kubernetes asks for', () => {
  expect(base.length).toBeGreaterThan(8);
  for (const path of files.filter((each) => !each.endsWith('kustomization.yaml'))) {
    for (const manifest of read(path)) {
      const Model = MODELS[`${manifest.apiVersion} ${manifest.kind}`];
      expect(Model, `${path}: ${manifest.apiVersion} ${manifest.kind}`).toBeDefined();
      // A patch leaves out what stays; what it does say is looked at inside of the object that it changes.
      const whole = path.startsWith('base/') ? manifest : patched(manifest);
      expect(() => Model && new Model(whole as never).validate(), path).not.toThrow();
    }
  }
});

test('the schemas do refuse what is wrong', () => {
  expect(() => new Service({ metadata: { name: 'x' }, spec: { ports: [{ port: 'no' }] } } as never).validate()).toThrow(
    /port/,
  );
});

/** As kustomize would: maps are merged, lists of the patch are of the same named containers. */
function patched(patch: Manifest): unknown {
  const original = base.find((each) => name(each) === name(patch));
  expect(original, `what ${name(patch)} changes`).toBeDefined();
  return merge(original, patch);
}

function merge(into: unknown, from: unknown): unknown {
  if (Array.isArray(into) && Array.isArray(from)) {
    const isNamed = (each: unknown): each is { name: string } =>
      typeof each === 'object' && each !== null && 'name' in each;
    const added = from.filter(
      (each) => !isNamed(each) || !into.some((other) => isNamed(other) && other.name === each.name),
    );
    const changed = into.map((each: unknown) => {
      const change: unknown = isNamed(each)
        ? from.find((other) => isNamed(other) && other.name === each.name)
        : undefined;
      return change === undefined ? each : merge(each, change);
    });
    return [...changed, ...(added as unknown[])];
  }
  if (typeof into !== 'object' || into === null || typeof from !== 'object' || from === null) return from;
  const merged: Record<string, unknown> = { ...into };
  for (const [key, value] of Object.entries(from)) merged[key] = key in merged ? merge(merged[key], value) : value;
  return merged;
}

test('every file, patch and replica that a kustomization names is there', () => {
  for (const path of files.filter((each) => each.endsWith('kustomization.yaml'))) {
    const [kustomization] = read(path) as unknown as [Kustomization];
    const folder = dirname(join(root, path));
    const named = [
      ...kustomization.resources,
      ...(kustomization.patches ?? []).map((patch) => patch.path),
      ...(kustomization.configMapGenerator ?? []).flatMap((generator) => generator.files),
    ];
    for (const each of named) {
      const at = normalize(join(folder, each));
      expect(existsSync(statSync(at).isDirectory() ? join(at, 'kustomization.yaml') : at), `${path} → ${each}`).toBe(
        true,
      );
    }
    for (const { name: replica } of kustomization.replicas ?? []) {
      expect(base.map(name), path).toContain(`StatefulSet ${replica}`);
    }
  }
});

test("the broker's files are those of the mosquitto folder", () => {
  for (const file of ['mosquitto.conf', 'run.sh']) {
    expect(readFileSync(join(root, 'base', file), 'utf8')).toBe(
      readFileSync(join(root, '../../mosquitto', file), 'utf8'),
    );
  }
});

test('every secret that is mounted is made by the scripts, and every setting is known to its service', () => {
  const text = files.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const scripts = ['make-secrets.sh', 'make-certificates.sh']
    .map((file) => readFileSync(join(root, '..', file), 'utf8'))
    .join('\n');
  for (const [, key = ''] of text.matchAll(/\{ key: ([\w.-]+), path/g)) {
    expect(scripts, key).toContain(key.replace(/\.(crt|key)$/, ''));
  }
  const settings = readFileSync(join(root, '../../docs/configuration.md'), 'utf8');
  for (const [variable] of text.matchAll(/SHELFWIRE_[A-Z_]+/g)) {
    const names = [variable, variable.replace(/_FILE$/, '')];
    expect(
      names.some((each) => settings.includes(`\`${each}\``)),
      variable,
    ).toBe(true);
  }
});
