import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

import { plantIn, type Bug } from './bug.ts';

const PACKAGES = ['contract', 'test-servers', 'device-sim', 'edge-gateway', 'ingest-service', 'reorder-service'];
const FILES = ['package.json', 'tsconfig.base.json'];
const OWN_SCOPE = '@shelfwire';

/** What a process said, and how it ended. */
export interface Ended {
  code: number | null;
  output: string;
}

/** The packages of the simulation in a folder of their own, so that nothing is ever planted where people work. */
export class ProductCopy {
  readonly #from: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'shelfwire-planted-'));

  constructor(from: string) {
    this.#from = from;
    process.once('exit', () => this.remove());
    for (const file of FILES) cpSync(join(from, file), join(this.#folder, file));
    for (const name of [...PACKAGES, 'system-tests']) this.#copyPackage(name);
    const modules = join(this.#folder, 'node_modules');
    mkdirSync(join(modules, OWN_SCOPE), { recursive: true });
    for (const name of readdirSync(join(from, 'node_modules')))
      if (name !== OWN_SCOPE) symlinkSync(join(from, 'node_modules', name), join(modules, name));
    for (const name of [...PACKAGES, 'system-tests'])
      symlinkSync(join(this.#folder, name), join(modules, OWN_SCOPE, name));
  }

  #copyPackage(name: string): void {
    const own = join(this.#from, name);
    const modules = join(own, 'node_modules');
    // Built files and their times come along, so that a build is one of what was planted.
    const filter = (path: string): boolean => path !== modules && !path.startsWith(modules + sep);
    cpSync(own, join(this.#folder, name), { recursive: true, preserveTimestamps: true, filter });
    if (readdirSync(own).includes('node_modules')) symlinkSync(modules, join(this.#folder, name, 'node_modules'));
  }

  /** @returns what takes it out again */
  plant({ changes }: Bug): () => void {
    const before = new Map<string, string>();
    for (const change of changes) {
      const path = join(this.#folder, change.file);
      const text = readFileSync(path, 'utf8');
      if (!before.has(path)) before.set(path, text);
      writeFileSync(path, plantIn(text, change));
    }
    return () => {
      for (const [path, text] of before) writeFileSync(path, text);
    };
  }

  build(): Promise<Ended> {
    return this.#run([join('node_modules', 'typescript', 'bin', 'tsc'), '-b', 'system-tests']);
  }

  hunt({ hunter }: Bug, args: readonly string[]): Promise<Ended> {
    const script = hunter === 'replicas' ? 'hunt-replicas.js' : 'hunt.js';
    return this.#run([join('system-tests', 'dist', 'planted', script), ...args]);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      const note = (bytes: Buffer): void => {
        output += bytes.toString('utf8');
      };
      child.stdout.on('data', note);
      child.stderr.on('data', note);
      child.on('close', (code) => resolve({ code, output }));
    });
  }
}
