import type { ApiClient } from './api-client.ts';
import { type Message, type NodeSettings, type Red, type RedNode, textSetting } from './red.ts';
import { findServer } from './server-node.ts';

const ACTIONS = ['approve', 'reject', 'snooze', 'cancel', 'retry'] as const;
type Action = (typeof ACTIONS)[number];
const DAY_MS = 86_400_000;

interface OrderRequest {
  orderId: string;
  action: Action;
  reason: string;
  /** Nothing is ordered for the bin until then; absent: the need stands, and may be ordered again at once. */
  snoozeUntilMs?: number;
}

/** *order action*: does to an order what a person could do in the console. */
export function register(red: Red): void {
  red.nodes.registerType('shelfwire-order-action', function (this: RedNode, settings: NodeSettings) {
    red.nodes.createNode(this, settings);
    const server = findServer(red, this, settings);
    if (!server?.api) {
      if (server) this.status({ fill: 'red', shape: 'dot', text: 'the server has no API or login' });
      return;
    }
    const { api } = server;
    this.on('input', (message, send, done) => {
      const request = readRequest(settings, message, Date.now());
      if (typeof request === 'string') {
        done(new Error(request));
        return;
      }
      void answer(this, api, request, message, send, done);
    });
  });
}

async function answer(
  node: RedNode,
  api: ApiClient,
  request: OrderRequest,
  message: Message,
  send: (message: Message) => void,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    const payload = await perform(api, request);
    node.status({ fill: 'green', shape: 'dot', text: `${request.action}: ${payload.status}` });
    send({ ...message, payload });
    done();
  } catch (error) {
    node.status({ fill: 'red', shape: 'dot', text: (error as Error).message.slice(0, 60) });
    done(error as Error);
  }
}

/** What the message says goes before what the node is set to. @returns a sentence if something is missing */
function readRequest(settings: NodeSettings, message: Message, nowMs: number): OrderRequest | string {
  const payload = (typeof message.payload === 'object' ? message.payload : {}) as Record<string, unknown> | null;
  const named = (name: string): unknown => message[name] ?? payload?.[name];
  const orderId = named('orderId') ?? (typeof message.payload === 'string' ? message.payload : undefined);
  if (typeof orderId !== 'string' || orderId === '') return 'give msg.payload.orderId';
  const action = message['action'] ?? textSetting(settings, 'action');
  if (!ACTIONS.includes(action as Action)) return `give msg.action: one of ${ACTIONS.join(', ')}`;
  const given = message['reason'];
  const reason = typeof given === 'string' ? given : (textSetting(settings, 'reason') ?? 'by a Node-RED flow');
  const days = Number(message['snoozeDays'] ?? settings['snoozeDays'] ?? 0);
  const until = message['snoozeUntilMs'] ?? (days > 0 ? Math.round(nowMs + days * DAY_MS) : undefined);
  if (action === 'snooze' && typeof until !== 'number') return 'snooze: give msg.snoozeUntilMs or msg.snoozeDays';
  return {
    orderId,
    action: action as Action,
    reason,
    ...(typeof until === 'number' ? { snoozeUntilMs: until } : {}),
  };
}

interface OrderAnswer {
  orderId: string;
  status: string;
}

async function perform(api: ApiClient, request: OrderRequest): Promise<OrderAnswer> {
  const path = `/api/v1/orders/${encodeURIComponent(request.orderId)}`;
  const { reason, snoozeUntilMs } = request;
  const need = snoozeUntilMs === undefined ? { kind: 'release' } : { kind: 'snooze', untilMs: snoozeUntilMs };
  const callOff = { reason, need };
  const post = async (step: string, body?: object): Promise<OrderAnswer> =>
    (await api.request('POST', `${path}/${step}`, body)) as OrderAnswer;
  switch (request.action) {
    case 'approve':
    case 'retry':
      return post(request.action);
    case 'reject':
      return post('decline', callOff);
    case 'cancel':
      return post('cancel', callOff);
    default: {
      // Snooze: one that nobody has approved yet is declined, a later one cancelled; the need sleeps in both cases.
      const { status } = (await api.request('GET', path)) as OrderAnswer;
      return post(status === 'PENDING_APPROVAL' ? 'decline' : 'cancel', callOff);
    }
  }
}
