import { execFileSync } from 'node:child_process';

import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';

import { Influx2Api } from './influx-2-api.ts';
import { influx2Program, InfluxServer2 } from './influxdb-2.ts';

/** The images of docker-compose.yml. */
const IMAGES = {
  mosquitto: 'eclipse-mosquitto:2.0.22',
  influxdb: 'influxdb:2.7.12',
  postgres: 'postgres:17.6-bookworm',
} as const;
export type ContainerName = keyof typeof IMAGES;

/** Without a space: `/query` of 2.x takes a token with one for no token at all. */
const CONTAINER_SECRET = 'a-secret-of-the-test-containers';

let engineProblem: string | undefined;

/**
 * True where a Docker engine answers and has the images or can pull them. Otherwise says why once, and the suite is
 * skipped: which images a machine may pull is no matter of this project, so SHELFWIRE_REQUIRE_ALL does not change that.
 */
export function needsContainers(...names: ContainerName[]): boolean {
  const docker = (...args: string[]): void => {
    if (engineProblem !== undefined) throw new Error(engineProblem);
    execFileSync('docker', args, { stdio: 'pipe', timeout: 600_000 });
  };
  try {
    docker('info');
  } catch {
    return skipped('no Docker engine answers (docker info)');
  }
  for (const name of names) {
    try {
      docker('image', 'inspect', IMAGES[name]);
    } catch {
      try {
        docker('pull', '--quiet', IMAGES[name]);
      } catch {
        return skipped(`${IMAGES[name]} is not there and cannot be pulled`);
      }
    }
  }
  return true;
}

function skipped(reason: string): false {
  if (engineProblem === undefined) process.stderr.write(`skipped: ${reason}\n`);
  engineProblem ??= reason;
  return false;
}

/** Whether a real InfluxDB 2.x can be had: the program that SHELFWIRE_TEST_INFLUXDB2 names, or the image. */
export function needsInflux2(): boolean {
  return influx2Program() !== undefined || needsContainers('influxdb');
}

/** InfluxDB 2.x with organisation and bucket `shelfwire`. */
export async function startInflux2(): Promise<{ influx: Influx2Api; close: () => Promise<void> }> {
  if (influx2Program() === undefined) return startInfluxContainer();
  const influx = await InfluxServer2.start();
  return { influx, close: () => influx.close() };
}

async function startInfluxContainer(): Promise<{ influx: Influx2Api; close: () => Promise<void> }> {
  const container = await new GenericContainer(IMAGES.influxdb)
    .withEnvironment({
      DOCKER_INFLUXDB_INIT_MODE: 'setup',
      DOCKER_INFLUXDB_INIT_USERNAME: 'admin',
      DOCKER_INFLUXDB_INIT_PASSWORD: CONTAINER_SECRET,
      DOCKER_INFLUXDB_INIT_ORG: 'shelfwire',
      DOCKER_INFLUXDB_INIT_BUCKET: 'shelfwire',
      DOCKER_INFLUXDB_INIT_ADMIN_TOKEN: CONTAINER_SECRET,
    })
    .withExposedPorts(8086)
    // The port opens while the first start still makes organisation and token.
    .withWaitStrategy(
      Wait.forHttp('/query?db=shelfwire&q=SHOW+MEASUREMENTS', 8086)
        .withHeaders({ Authorization: `Token ${CONTAINER_SECRET}` })
        .forStatusCode(200),
    )
    .start();
  const influx = new Influx2Api(`http://${addressOf(container, 8086)}`, CONTAINER_SECRET);
  return { influx, close: () => stop(container) };
}

/** PostgreSQL with the empty database `shelfwire`. */
export async function startPostgresContainer(): Promise<{ url: string; close: () => Promise<void> }> {
  const container = await new GenericContainer(IMAGES.postgres)
    .withUser('postgres')
    .withEnvironment({
      POSTGRES_USER: 'shelfwire',
      POSTGRES_DB: 'shelfwire',
      POSTGRES_PASSWORD_FILE: '/run/secrets/postgres_password',
    })
    .withCopyContentToContainer([{ content: 'test', target: '/run/secrets/postgres_password', mode: 0o444 }])
    .withExposedPorts(5432)
    .withWaitStrategy(
      Wait.forSuccessfulCommand(
        // Over TCP: while the first start still makes the database, the server listens on its socket only.
        'PGPASSWORD=test psql -h 127.0.0.1 -U shelfwire -d shelfwire -c "select 1"',
      ),
    )
    .start();
  return {
    url: `postgres://shelfwire:test@${addressOf(container, 5432)}/shelfwire`,
    close: () => stop(container),
  };
}

/** Mosquitto with the files given, as `/test/<name>`, run by `mosquitto -c /test/mosquitto.conf` on port 1883. */
export async function startMosquittoContainer(
  files: Readonly<Record<string, string>>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const container = await new GenericContainer(IMAGES.mosquitto)
    .withUser('mosquitto')
    .withCopyContentToContainer(
      Object.entries(files).map(([name, content]) => ({ content, target: `/test/${name}`, mode: 0o444 })),
    )
    .withCommand(['mosquitto', '-c', '/test/mosquitto.conf'])
    .withExposedPorts(1883)
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  return { url: `mqtt://${addressOf(container, 1883)}`, close: () => stop(container) };
}

function addressOf(container: StartedTestContainer, port: number): string {
  return `${container.getHost()}:${container.getMappedPort(port)}`;
}

async function stop(container: StartedTestContainer): Promise<void> {
  await container.stop();
}
