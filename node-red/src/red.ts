/** The part of Node-RED's runtime that the nodes use (nodered.org/docs/creating-nodes/node-js); it ships no types. */

export interface Message {
  payload?: unknown;
  topic?: string;
  [name: string]: unknown;
}

export interface NodeStatus {
  fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  shape?: 'ring' | 'dot';
  text?: string;
}

/** What the editor saved of a node. */
export type NodeSettings = Readonly<Record<string, string | number | boolean | undefined>> & { id: string };

type OnInput = (message: Message, send: (message: Message) => void, done: (error?: Error) => void) => void;
type OnClose = (removed: boolean, done: () => void) => void;

export interface RedNode {
  readonly id: string;
  readonly credentials?: Readonly<Record<string, string | undefined>>;
  on(event: 'input', listener: OnInput): void;
  on(event: 'close', listener: OnClose): void;
  send(message: Message): void;
  /** With a message, it goes to the flow's catch nodes. */
  error(text: string, message?: Message): void;
  warn(text: string): void;
  status(status: NodeStatus): void;
}

export interface Red {
  nodes: {
    createNode(node: RedNode, settings: NodeSettings): void;
    registerType(
      type: string,
      construct: (this: RedNode, settings: NodeSettings) => void,
      options?: { credentials?: Readonly<Record<string, { type: 'text' | 'password' }>> },
    ): void;
    getNode(id: unknown): RedNode | null;
  };
  settings: { userDir?: string };
  /** The Express application behind the editor. */
  httpAdmin: { get(path: string, permission: object, handler: Handler): void };
  auth: { needsPermission(permission: string): object };
}

type Handler = (request: { query: Readonly<Record<string, string | undefined>> }, answer: Answer) => void;

interface Answer {
  status(code: number): Answer;
  type(name: string): Answer;
  send(text: string): void;
}

/** A setting that the editor leaves empty counts as not given. */
export function textSetting(settings: NodeSettings, name: string): string | undefined {
  const value = settings[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** `bin-1, bin-2` → both; nothing → everything, as undefined. */
export function listSetting(settings: NodeSettings, name: string): ReadonlySet<string> | undefined {
  const names = textSetting(settings, name)
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return names === undefined || names.length === 0 ? undefined : new Set(names);
}
