import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, ServerProcess } from './process.ts';

/** A node of a flow, in the form Node-RED exports it. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/**
 * A real Node-RED in a process and a user folder of its own, without its editor. It finds the palettes that are installed
 * beside it, as npm lays them out. `restart` keeps the folder: flows, credentials and what nodes keep on disk.
 */
export class NodeRedServer {
  readonly folder: string;
  readonly #port: number;
  readonly #env: NodeJS.ProcessEnv;
  #process: ServerProcess | undefined;

  private constructor(folder: string, port: number, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#port = port;
    this.#env = env;
  }

  /** @param env what stands as `${NAME}` in the flows' properties */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<NodeRedServer> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-node-red-'));
    const port = await freePort();
    await writeFile(join(folder, 'settings.js'), settingsFile(port));
    const server = new NodeRedServer(folder, port, { PATH: process.env['PATH'], ...env });
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** What it has logged: the end of it. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** Replaces all flows, by the admin API, as the editor's *Deploy* does. They start a moment after this has resolved. */
  async deploy(flows: readonly FlowNode[]): Promise<void> {
    const answer = await fetch(`${this.url}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-api-version': 'v2' },
      body: JSON.stringify({ flows }),
    });
    if (!answer.ok) throw new Error(`Node-RED does not take the flows: ${answer.status} ${await answer.text()}`);
    const { rev } = (await answer.json()) as { rev: string };
    if (!rev) throw new Error('Node-RED answers no revision of the flows');
  }

  /** The node types it has loaded, and those it could not load, with the reason. */
  async nodeSets(): Promise<{ id: string; types: string[]; enabled: boolean; err?: string }[]> {
    const answer = await fetch(`${this.url}/nodes`, { headers: { accept: 'application/json' } });
    return (await answer.json()) as { id: string; types: string[]; enabled: boolean; err?: string }[];
  }

  async restart(): Promise<void> {
    await this.stop();
    const program = fileURLToPath(import.meta.resolve('node-red/red.js'));
    this.#process = new ServerProcess(process.execPath, [program, '--userDir', this.folder], {
      cwd: this.folder,
      env: this.#env,
    });
    await this.#process.ready(async () => (await fetch(`${this.url}/flows`)).ok, 60_000);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

function settingsFile(port: number): string {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: 'of-a-test',
    disableEditor: true,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  return `module.exports = ${JSON.stringify(settings, null, 2)};\n`;
}
