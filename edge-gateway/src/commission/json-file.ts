import { chmod, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ShelfwireError } from '@shelfwire/contract';
import { configInvalid, describeIssues, makeFolder } from '@shelfwire/contract/service';
import type { z } from 'zod';

/** A small file of the gateway's own, read once and replaced as a whole; durable when `write` resolves. */
export class JsonFile<Content> {
  readonly #path: string;
  #content: Content;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, content: Content) {
    this.#path = path;
    this.#content = content;
  }

  /** A missing file is `{}`. @throws ShelfwireError CONFIG_INVALID if it is there and unusable: guessing could lose devices */
  static async open<Content>(path: string, schema: z.ZodType<Content>): Promise<JsonFile<Content>> {
    const parsed = schema.safeParse(await readJson(path));
    if (!parsed.success) throw configInvalid(path, describeIssues(parsed.error));
    return new JsonFile(path, parsed.data);
  }

  get content(): Content {
    return this.#content;
  }

  /** @throws ShelfwireError FILE_NOT_WRITTEN, retryable; the content is then the old one */
  write(content: Content): Promise<void> {
    const written = this.#turn.then(async () => {
      try {
        await this.#replace(JSON.stringify(content, null, 2));
      } catch (error) {
        throw new ShelfwireError('FILE_NOT_WRITTEN', `${this.#path} cannot be written`, {
          retryable: true,
          cause: error,
        });
      }
      this.#content = content;
    });
    this.#turn = written.catch(() => undefined);
    return written;
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.#path}.new`;
    makeFolder(dirname(this.#path));
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, this.#path);
    // Until the folder names the new file, a power cut brings the old one back: a device that was just approved is unknown.
    const folder = await open(dirname(this.#path));
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw configInvalid(path, [`(top): ${error instanceof Error ? error.message : 'cannot be read'}`]);
  }
}
