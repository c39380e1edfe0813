import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, ServerProcess } from '@shelfwire/test-servers';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const ADMIN = { email: 'buyer@plant.example', password: 'a password of the test' };

/** The real reorder-service with the real console, on PGlite in a folder of its own. */
export class ReorderProcess {
  readonly baseUrl: string;
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ServerProcess | undefined;

  private constructor(baseUrl: string, folder: string, env: NodeJS.ProcessEnv) {
    this.baseUrl = baseUrl;
    this.folder = folder;
    this.#env = env;
  }

  /** @param catalogue the text of a catalogue.yaml */
  static async start(options: {
    mqttUrl: string;
    catalogue: string;
    env?: NodeJS.ProcessEnv;
  }): Promise<ReorderProcess> {
    const consoleDir = join(root, 'console/dist');
    if (!existsSync(join(consoleDir, 'index.html'))) throw new Error('the console is not built: npm run build');
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-reorder-'));
    const port = await freePort();
    await writeFile(join(folder, 'catalogue.yaml'), options.catalogue);
    const service = new ReorderProcess(`http://127.0.0.1:${port}`, folder, {
      ...process.env,
      SHELFWIRE_CENTRAL_MQTT_URL: options.mqttUrl,
      SHELFWIRE_DATABASE_URL: `pglite:${join(folder, 'database')}`,
      SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
      SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
      SHELFWIRE_ADMIN_EMAIL: ADMIN.email,
      SHELFWIRE_ADMIN_PASSWORD: ADMIN.password,
      SHELFWIRE_JWT_SECRET: 'a secret of the test, thirty-two characters and more',
      SHELFWIRE_CONSOLE_DIR: consoleDir,
      SHELFWIRE_HTTP_PORT: String(port),
      ...options.env,
    });
    await service.restart();
    return service;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#process = new ServerProcess(process.execPath, [join(root, 'reorder-service/dist/main.js')], {
      env: this.#env,
    });
    await this.#process.ready(async () => (await fetch(`${this.baseUrl}/readyz`)).ok, 120_000);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  get output(): string {
    return this.#process?.output ?? '';
  }
}
