import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';

import {
  base,
  manifestFiles as files,
  MANIFESTS as root,
  merge,
  nameOf as name,
  readManifests as read,
  type Kustomization,
  type Manifest,
} from './manifests.ts';

const MODELS: Readonly<Record<string, new (value: never) => { validate(): void }>> = {
  'v1 ConfigMap': ConfigMap,
  'v1 Service': Service,
  'apps/v1 StatefulSet': StatefulSet,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
};
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

/** What an overlay changes, inside of the object that it changes. */
function patched(patch: Manifest): unknown {
  const original = base.find((each) => name(each) === name(patch));
  expect(original, `what ${name(patch)} changes`).toBeDefined();
  return merge(original, patch);
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
