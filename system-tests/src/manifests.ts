import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseAllDocuments } from 'yaml';

export const MANIFESTS = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

export interface Kustomization {
  resources: string[];
  patches?: { path: string }[];
  replicas?: { name: string; count: number }[];
  configMapGenerator?: { name: string; files: string[] }[];
}

/** Paths below `deploy/kubernetes`. */
export const manifestFiles = readdirSync(MANIFESTS, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.yaml'),
);

export function readManifests(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(MANIFESTS, path), 'utf8')).map(
    (document) => document.toJS({ maxAliasCount: 100 }) as Manifest,
  );
}

export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

export const base = manifestFiles
  .filter((path) => path.startsWith('base/') && !path.endsWith('kustomization.yaml'))
  .flatMap(readManifests);

/** The objects that `kubectl apply -k` sends for a kustomization: `base`, or `overlays/<name>`. */
export function rendered(folder: string): Manifest[] {
  const [kustomization] = readManifests(`${folder}/kustomization.yaml`) as unknown as [Kustomization];
  const patches = (kustomization.patches ?? []).flatMap(({ path }) => readManifests(join(folder, path)));
  const counts = new Map((kustomization.replicas ?? []).map(({ name, count }) => [name, count]));
  return base.map((original) => {
    const patch = patches.find((each) => nameOf(each) === nameOf(original));
    const count = original.kind === 'StatefulSet' ? counts.get(original.metadata.name) : undefined;
    const changed = patch === undefined ? original : (merge(original, patch) as Manifest);
    return count === undefined ? changed : (merge(changed, { spec: { replicas: count } }) as Manifest);
  });
}

export const kustomizations = manifestFiles
  .filter((path) => path.endsWith('kustomization.yaml'))
  .map((path) => dirname(path));

/** As kustomize would: maps are merged, lists of the patch are of the same named containers. */
export function merge(into: unknown, from: unknown): unknown {
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
