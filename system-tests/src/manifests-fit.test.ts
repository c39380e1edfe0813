import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { kustomizations, MANIFESTS, readManifests, rendered, type Kustomization, type Manifest } from './manifests.ts';

const port = z.object({ name: z.string(), containerPort: z.int() });
const probe = z.object({
  httpGet: z.object({ path: z.string(), port: z.string(), scheme: z.literal('HTTPS') }).optional(),
  tcpSocket: z.object({ port: z.string() }).optional(),
  exec: z.object({ command: z.array(z.string()) }).optional(),
});
const container = z.object({
  name: z.string(),
  command: z.array(z.string()).default([]),
  ports: z.array(port).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe,
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const volume = z.object({
  name: z.string(),
  secret: z
    .object({ secretName: z.string(), items: z.array(z.object({ key: z.string(), path: z.string() })) })
    .optional(),
  configMap: z.object({ name: z.string() }).optional(),
});
/** What is asked of every workload: parsing it fails where something is missing or laxer. */
const workload = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    serviceName: z.string(),
    replicas: z.int(),
    selector: z.object({ matchLabels: z.object({ app: z.string() }) }),
    template: z.object({
      metadata: z.object({
        labels: z.object({ app: z.string() }),
        annotations: z.record(z.string(), z.string()).optional(),
      }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int().min(1),
          fsGroup: z.int().min(1),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        topologySpreadConstraints: z
          .array(z.object({ labelSelector: z.object({ matchLabels: z.object({ app: z.string() }) }) }))
          .default([]),
        containers: z.array(container).min(1),
        volumes: z.array(volume),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
type Workload = z.infer<typeof workload>;
const service = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ app: z.string() }),
    ports: z.array(z.object({ port: z.int(), targetPort: z.string() })),
  }),
});
const selecting = z.object({ matchLabels: z.object({ app: z.string().optional() }).optional() });
const budget = z.object({ spec: z.object({ maxUnavailable: z.literal(1), selector: selecting }) });
const policy = z.object({
  spec: z.object({
    podSelector: selecting,
    policyTypes: z.tuple([z.literal('Ingress')]),
    ingress: z
      .array(
        z.object({
          from: z.array(z.object({ podSelector: selecting.optional() })).optional(),
          ports: z.array(z.object({ port: z.int() })),
        }),
      )
      .default([]),
  }),
});
const settings = z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()) });

const read = (path: string): string => readFileSync(join(MANIFESTS, path), 'utf8');
/** Files that the scripts make, by the names that `kubectl create secret --from-file` gives them. */
const made = {
  'shelfwire-secrets': [...read('../make-secrets.sh').matchAll(/^secret (\w+)/gm)].map(([, name]) => name ?? ''),
  'shelfwire-tls': [
    'ca.crt',
    ...(/^for part in (.+); do$/m.exec(read('../make-certificates.sh'))?.[1] ?? '')
      .split(' ')
      .flatMap((part) => [`${part}.crt`, `${part}.key`]),
  ],
};
/** Config maps that the README tells to make, with their keys. */
const byHand = new Map(
  [...read('README.md').matchAll(/create configmap (\S+) --from-file=([\w.]+)=/g)].map(([, name = '', key = '']) => [
    name,
    [key],
  ]),
);
const compose = z
  .object({
    services: z.record(
      z.string(),
      z.object({ environment: z.record(z.string(), z.unknown()).optional(), mem_limit: z.string() }),
    ),
  })
  .parse(parse(read('../../docker-compose.yml'), { merge: true }));
/** Node-RED is not among the manifests. */
const ONLY_IN_COMPOSE = ['SHELFWIRE_BROKER_NODE_RED_PASSWORD_FILE'];
/** Servers that are somebody else's (README.md). */
const ELSEWHERE = ['influxdb:8086', 'emqx-listeners.emqx.svc:8883'];
/** Of `256m` as compose writes it, `2Gi` as Kubernetes does. */
function mebibytes(size: string): number {
  const [, digits, unit] = /^(\d+)([mg])i?$/.exec(size.toLowerCase()) ?? [];
  return Number(digits) * (unit === 'g' ? 1_024 : 1);
}

/** The section of docs/configuration.md that belongs to a container. */
function configurationOf(name: string): string {
  const text = read('../../docs/configuration.md');
  const from = text.indexOf(`\n## ${name}\n`);
  expect(from, `docs/configuration.md has no section ${name}`).toBeGreaterThan(0);
  return text.slice(from, text.indexOf('\n## ', from + 1));
}

describe.each(kustomizations)('%s', (folder) => {
  const objects = rendered(folder);
  const ofKind = <T>(kind: string, schema: z.ZodType<T>): T[] =>
    objects.filter((object: Manifest) => object.kind === kind).map((object) => schema.parse(object));
  const workloads = ofKind('StatefulSet', workload);
  const services = ofKind('Service', service);
  const maps = new Map(ofKind('ConfigMap', settings).map((map) => [map.metadata.name, map.data]));
  const generated = new Map(
    (readManifests('base/kustomization.yaml') as unknown as [Kustomization]).flatMap((kustomization) =>
      (kustomization.configMapGenerator ?? []).map(({ name, files }) => [name, files] as const),
    ),
  );

  /** Path → what is there, of everything that is mounted into a container as a file. */
  function mountedFiles(
    pod: Workload['spec']['template']['spec'],
    mounts: { name: string; mountPath: string }[],
  ): string[] {
    return mounts.flatMap(({ name, mountPath }) => {
      const { secret, configMap } = pod.volumes.find((each) => each.name === name) ?? {};
      const keys = configMap ? (generated.get(configMap.name) ?? byHand.get(configMap.name) ?? []) : [];
      return [...(secret?.items.map(({ path }) => path) ?? []), ...keys].map((path) => `${mountPath}/${path}`);
    });
  }
  const isBelow = (path: string, mounts: readonly { mountPath: string }[]): boolean =>
    mounts.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));

  test('every secret key is made by a script, every config map is there, every volume is mounted', () => {
    expect(workloads.length).toBeGreaterThan(2);
    for (const { metadata, spec } of workloads) {
      const pod = spec.template.spec;
      for (const { name, secret, configMap } of pod.volumes) {
        if (secret) {
          const keys: readonly string[] | undefined = made[secret.secretName as keyof typeof made];
          for (const { key } of secret.items) expect(keys, `${metadata.name}: ${secret.secretName}`).toContain(key);
        }
        if (configMap) {
          const known = [...maps.keys(), ...generated.keys(), ...byHand.keys()];
          expect(known, metadata.name).toContain(configMap.name);
        }
        const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts);
        expect(
          mounts.some((mount) => mount.name === name),
          `${metadata.name}: ${name} is mounted`,
        ).toBe(true);
      }
      const names = [...pod.volumes, ...spec.volumeClaimTemplates.map((claim) => claim.metadata)].map(
        ({ name }) => name,
      );
      for (const { volumeMounts, envFrom } of pod.containers) {
        for (const { name } of volumeMounts) expect(names, metadata.name).toContain(name);
        for (const { configMapRef } of envFrom) expect([...maps.keys()], metadata.name).toContain(configMapRef.name);
      }
    }
  });

  test('every setting is known to its service, every file it names is mounted, every folder can be written', () => {
    for (const { spec } of workloads) {
      const pod = spec.template.spec;
      for (const { name, env, envFrom, volumeMounts } of pod.containers) {
        if (env.length === 0) continue;
        const known = configurationOf(name);
        const files = mountedFiles(pod, volumeMounts);
        for (const variable of env) {
          const plain = variable.name.replace(/_FILE$/, '');
          expect(
            [plain, variable.name].some((each) => known.includes(`\`${each}\``)),
            `${name}: ${variable.name}`,
          ).toBe(true);
        }
        const shared = envFrom.flatMap(({ configMapRef }) => Object.entries(maps.get(configMapRef.name) ?? {}));
        for (const [variable, value = ''] of [...env.map((each) => [each.name, each.value] as const), ...shared]) {
          if (variable.endsWith('_FILE')) expect(files, `${name}: ${variable}`).toContain(value);
          const writes = /_(DATA|ACCESS)_DIR$/.test(variable);
          const writable = volumeMounts.filter(({ readOnly }) => readOnly !== true);
          if (writes) expect(isBelow(value, writable), `${name}: ${variable} can be written`).toBe(true);
        }
      }
    }
  });

  test('probes ask what is there, on the port that the service listens on by default', () => {
    const routes = read('../../contract/src/service/http.ts');
    for (const { metadata, spec } of workloads) {
      const pod = spec.template.spec;
      for (const { name, ports, startupProbe, livenessProbe, readinessProbe, volumeMounts } of pod.containers) {
        for (const each of [startupProbe, livenessProbe, readinessProbe]) {
          if (each === undefined) continue;
          const { httpGet, tcpSocket, exec } = each;
          if (httpGet) expect(routes, name).toContain(`server.get('${httpGet.path}'`);
          const asked = httpGet?.port ?? tcpSocket?.port;
          if (asked !== undefined)
            expect(
              ports.map((of) => of.name),
              name,
            ).toContain(asked);
          if (exec) expect(isBelow(exec.command.at(-1) ?? '', volumeMounts), name).toBe(true);
        }
        const listens = ports.find((each) => each.name === 'https')?.containerPort;
        if (listens === undefined) continue;
        expect(configurationOf(name)).toMatch(new RegExp(`\`SHELFWIRE_HTTP_PORT\` \\|[^|]+\\| \`${listens}\``));
        expect(spec.template.metadata.annotations?.['prometheus.io/port'], metadata.name).toBe(String(listens));
      }
    }
    const broker = workloads.find(({ metadata }) => metadata.name === 'mosquitto')?.spec.template.spec.containers[0];
    if (broker) {
      const listeners = [...read('base/mosquitto.conf').matchAll(/^listener (\d+)$/gm)].map(([, number]) =>
        Number(number),
      );
      expect(listeners).toEqual(broker.ports.map(({ containerPort }) => containerPort));
    }
    expect(existsSync(join(MANIFESTS, 'base', 'run.sh'))).toBe(true);
  });

  test('services lead to pods, addresses in settings to services', () => {
    const addresses = services.map(({ metadata, spec }) => `${metadata.name}:${spec.ports[0]?.port}`);
    for (const { metadata, spec } of services) {
      const target = workloads.find((each) => each.spec.template.metadata.labels.app === spec.selector.app);
      expect(target?.spec.serviceName).toBe(metadata.name);
      const ports = target?.spec.template.spec.containers.flatMap((each) => each.ports.map(({ name }) => name));
      for (const { targetPort } of spec.ports) expect(ports, metadata.name).toContain(targetPort);
    }
    const values = [
      ...[...maps.values()].flatMap((data) => Object.values(data)),
      ...workloads.flatMap((each) =>
        each.spec.template.spec.containers.flatMap(({ env }) => env.map(({ value }) => value ?? '')),
      ),
    ];
    const urls = values.flatMap((value) => /^\w+:\/\/([^/]+)/.exec(value)?.[1] ?? []);
    expect(urls.length).toBeGreaterThan(2);
    for (const address of urls) expect([...addresses, ...ELSEWHERE]).toContain(address);
  });

  test('what compose gives a service is given here too: the same settings and secrets, no less memory', () => {
    for (const { spec } of workloads) {
      for (const { name, env, envFrom, resources } of spec.template.spec.containers) {
        const inCompose = compose.services[name];
        if (!inCompose) throw new Error(`docker-compose.yml has no ${name}`);
        const here = [
          ...env.map((each) => each.name),
          ...envFrom.flatMap(({ configMapRef }) => Object.keys(maps.get(configMapRef.name) ?? {})),
        ];
        const missing = Object.keys(inCompose.environment ?? {}).filter((each) => !here.includes(each));
        expect(
          missing.filter((each) => !ONLY_IN_COMPOSE.includes(each)),
          name,
        ).toEqual([]);
        expect(mebibytes(resources.limits.memory), name).toBeGreaterThanOrEqual(mebibytes(inCompose.mem_limit));
      }
    }
  });

  test("the broker's listener on which a client has the id that it says is open to the services only", () => {
    const [conf] =
      /listener (\d+)(?:\n(?!listener).*)*\nuse_username_as_clientid true/.exec(read('base/mosquitto.conf')) ?? [];
    expect(conf).toContain('listener 8884');
    const rules = ofKind('NetworkPolicy', policy)
      .filter(({ spec: { podSelector } }) => podSelector.matchLabels?.app === 'mosquitto')
      .flatMap(({ spec }) => spec.ingress);
    const open = rules.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports.map((each) => each.port));
    const closed = rules.filter(({ from }) => from !== undefined);
    if (rules.length === 0) return; // A broker cluster of one's own.
    expect(open).toEqual([8884]);
    expect(closed.flatMap(({ from }) => from?.map(({ podSelector }) => podSelector?.matchLabels?.app))).toEqual([
      'ingest-service',
      'reorder-service',
    ]);
  });

  test('what has several replicas is spread and never evicted at once; nothing comes in but by a policy', () => {
    const budgets = ofKind('PodDisruptionBudget', budget).map(({ spec }) => spec.selector.matchLabels?.app);
    const policies = ofKind('NetworkPolicy', policy);
    expect(policies.some(({ spec }) => spec.podSelector.matchLabels === undefined && spec.ingress.length === 0)).toBe(
      true,
    );
    for (const { metadata, spec } of workloads) {
      const { app } = spec.template.metadata.labels;
      expect(spec.selector.matchLabels.app).toBe(app);
      // The broker is one: a budget would keep its node from ever being drained.
      if (app !== 'mosquitto') {
        expect(budgets, metadata.name).toContain(app);
        expect(spec.template.spec.topologySpreadConstraints.map((each) => each.labelSelector.matchLabels.app)).toEqual([
          app,
        ]);
      }
      const opened = policies
        .filter(({ spec: { podSelector } }) => podSelector.matchLabels?.app === app)
        .flatMap((each) => each.spec.ingress.flatMap(({ ports }) => ports.map((one) => one.port)));
      expect(opened, metadata.name).toEqual(
        spec.template.spec.containers.flatMap((each) => each.ports.map(({ containerPort }) => containerPort)),
      );
    }
  });
});
