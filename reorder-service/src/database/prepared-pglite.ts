import { messages, Mutex, parse, protocol, TransactionAbortedError, type PGlite } from '@electric-sql/pglite';

import { readReply, type Column } from './read-reply.ts';

const { serialize } = protocol;
type BackendMessage = messages.BackendMessage;
const BEGIN = serialize.query('begin');
const EXECUTE_AND_SYNC = Buffer.concat([serialize.execute({}), serialize.sync()]);

/** Statements kept prepared; each takes some ten kilobytes of a WebAssembly memory that never shrinks. */
const STATEMENTS_MAX = 256;
/** Longer ones are bulk work with a text of their own each time. */
const TEXT_LENGTH_MAX = 20_000;
/** What may be prepared. Everything else may change tables, and with them what was prepared. */
const PREPARABLE = /^\s*(?:select|insert|update|delete|with)\b/i;

interface Statement {
  name: string;
  parameterTypes: readonly number[];
  /** What the rows look like; PostgreSQL tells it once. */
  columns: readonly Column[];
}

interface QueryOptions {
  rowMode?: 'array' | 'object';
}

interface QueryResults<Row> {
  rows: Row[];
  affectedRows?: number;
  fields: { name: string; dataTypeID: number }[];
}

interface PreparedTransaction {
  query: <Row>(sql: string, parameters?: readonly unknown[], options?: QueryOptions) => Promise<QueryResults<Row>>;
  rollback: () => Promise<void>;
}

/**
 * PGlite with its statements prepared. PGlite itself parses and plans a statement anew each time and enters WebAssembly
 * six times for it; here a known statement is bound, executed and synced in one turn, and `begin` goes with the first
 * statement of a transaction. The same promises: one connection, whose transactions exclude every other query.
 *
 * A statement that is no plain reading or writing (a migration) runs unprepared and forgets what was prepared before.
 * Nobody may use the PGlite below directly while this one is in use.
 */
export class PreparedPglite {
  readonly #pglite: PGlite;
  readonly #exclusive = new Mutex();
  /** In the order of use, so that the first is the one not used for longest. */
  readonly #statements = new Map<string, Statement>();
  #prepared = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  get ready(): boolean {
    return this.#pglite.ready;
  }

  get closed(): boolean {
    return this.#pglite.closed;
  }

  get waitReady(): Promise<void> {
    return this.#pglite.waitReady;
  }

  close(): Promise<void> {
    return this.#pglite.close();
  }

  query<Row>(sql: string, parameters: readonly unknown[] = [], options?: QueryOptions): Promise<QueryResults<Row>> {
    return this.#exclusive.runExclusive(async () => {
      const results = await this.#run<Row>(sql, parameters, options);
      await this.#pglite.syncToFs();
      return results;
    });
  }

  transaction<Result>(work: (tx: PreparedTransaction) => Promise<Result>): Promise<Result> {
    return this.#exclusive.runExclusive(async () => {
      let state: 'new' | 'open' | 'ended' = 'new';
      const end = async (how: 'commit' | 'rollback'): Promise<void> => {
        const isOpen = state === 'open';
        state = 'ended';
        if (isOpen) await this.#end(how);
      };
      const tx: PreparedTransaction = {
        query: (sql, parameters = [], options) => {
          if (state === 'ended') throw new Error('Transaction is closed');
          const begin = state === 'new';
          state = 'open';
          return this.#run(sql, parameters, options, begin);
        },
        rollback: () => end('rollback'),
      };
      try {
        const result = await work(tx);
        await end('commit');
        return result;
      } catch (error) {
        await end('rollback');
        throw error;
      }
    });
  }

  /** @throws TransactionAbortedError when a commit had to be a rollback, since a statement had failed */
  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const answer = await this.#send(serialize.query(how));
    await this.#pglite.syncToFs();
    const hasCommitted = answer.some((message) => message.name === 'commandComplete' && textOf(message) === 'COMMIT');
    if (how === 'commit' && !hasCommitted) throw new TransactionAbortedError();
  }

  /** @param begin a transaction begins with it */
  async #run<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions | undefined,
    begin = false,
  ): Promise<QueryResults<Row>> {
    if (this.closed) throw new Error('PGlite is closed');
    const beginning = begin ? [BEGIN] : [];
    if (!PREPARABLE.test(sql) || sql.length > TEXT_LENGTH_MAX) {
      if (begin) await this.#send(...beginning);
      return this.#runUnprepared(sql, parameters, options);
    }
    const statement = this.#statements.get(sql) ?? (await this.#prepare(sql));
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    const values = parameters.map((value, index) => this.#parameterText(value, statement.parameterTypes[index]));
    const bytes = await this.#sendForBytes(
      ...beginning,
      serialize.bind({ statement: statement.name, values }),
      EXECUTE_AND_SYNC,
    );
    return readReply<Row>(bytes, statement.columns, options?.rowMode);
  }

  async #prepare(sql: string): Promise<Statement> {
    this.#prepared += 1;
    const name = `prepared_${this.#prepared}`;
    const [oldest] = this.#statements;
    const isFull = oldest !== undefined && this.#statements.size >= STATEMENTS_MAX;
    if (isFull) this.#statements.delete(oldest[0]);
    const answer = await this.#send(
      ...(isFull ? [serialize.close({ type: 'S', name: oldest[1].name })] : []),
      serialize.parse({ name, text: sql }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    );
    return {
      name,
      parameterTypes: parse.parseDescribeStatementResults(answer),
      columns: answer.flatMap((message) =>
        message instanceof messages.RowDescriptionMessage
          ? message.fields.map(({ name: column, dataTypeID }) => {
              return { name: column, dataTypeID, parse: this.#pglite.parsers[dataTypeID] };
            })
          : [],
      ),
    };
  }

  async #runUnprepared<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions | undefined,
  ): Promise<QueryResults<Row>> {
    const results = await this.#pglite.query<Row>(sql, [...parameters], options);
    if (!PREPARABLE.test(sql) && this.#statements.size > 0) {
      this.#statements.clear();
      await this.#send(serialize.query('deallocate all'));
    }
    return results;
  }

  #parameterText(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null;
    const serializer = type === undefined ? undefined : this.#pglite.serializers[type];
    if (serializer) return serializer(value);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** What PostgreSQL answers, as it stands: errors too. */
  #sendForBytes(...parts: readonly Uint8Array[]): Promise<Buffer> {
    return this.#pglite.runExclusive(async () => {
      const chunks: Buffer[] = [];
      // Copied: they lie in a memory that the next answer overwrites.
      const onRawData = (data: Uint8Array): number => chunks.push(Buffer.from(data));
      await this.#pglite.execProtocolRawStream(Buffer.concat(parts), { syncToFs: false, onRawData });
      return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    });
  }

  #send(...parts: readonly Uint8Array[]): Promise<BackendMessage[]> {
    return this.#pglite.runExclusive(async () => {
      const { messages: answer } = await this.#pglite.execProtocol(Buffer.concat(parts), { syncToFs: false });
      return answer;
    });
  }
}

function textOf(message: BackendMessage): unknown {
  return 'text' in message ? message.text : undefined;
}
