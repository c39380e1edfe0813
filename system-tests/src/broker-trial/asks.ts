import { formatTopic, sharedSubscription } from '@shelfwire/contract';

import type { CentralBroker } from './central-broker.ts';
import { hears, TrialClient } from './trial-client.ts';

/** `asked`: Shelfwire does not work without it. `told`: it works either way, and who runs it should know. */
export interface Ask {
  what: string;
  kind: 'asked' | 'told';
  /** @throws when the broker does not answer */
  ask(trial: Trial): Promise<Seen>;
}
export interface Seen {
  ok: boolean;
  seen: string;
}
export interface Trial {
  broker: CentralBroker;
  /** Ids and groups of this trial alone: a broker remembers those of an earlier one. */
  run: string;
  /** How many messages queue up where something is left waiting. */
  queued: number;
}

const SITE = { tenantId: 'trial', siteId: 'trial' } as const;
const READINGS = formatTopic({ channel: 'readings', ...SITE });
const SHARED_COUNT = 400;
const BUSY_COUNT = 100;
/** A gateway ends a batch at 256 KiB of readings, and the last reading may go over it. */
const LARGEST_BATCH_BYTES = 300 * 1024;

async function sharesReadings({ broker, run }: Trial): Promise<Seen> {
  const group = sharedSubscription(`trial-${run}`, 'shelfwire/v1/+/+/readings');
  const members = [
    await TrialClient.connect(broker, `trial-${run}-member-1`, { node: 0 }),
    await TrialClient.connect(broker, `trial-${run}-member-2`, { node: 1 }),
  ];
  for (const member of members) await member.subscribe(group);
  const gateway = await TrialClient.connect(broker, `trial-${run}-gateway`, { node: 2 });
  await gateway.publishNumbers(READINGS, SHARED_COUNT);
  const heard = await hears(members, SHARED_COUNT);
  const once = new Set(members.flatMap(({ numbers }) => numbers)).size;
  const parts = members.map(({ heard: { length } }) => length);
  for (const client of [...members, gateway]) await client.close();
  // Some share out one by one, some give a burst to whoever is free.
  return {
    ok: heard === SHARED_COUNT && once === SHARED_COUNT,
    seen: `${once} of ${SHARED_COUNT}, ${heard - once} of them twice; ${parts.join(' + ')}`,
  };
}

async function goesOnBesideABusyMember({ broker, run }: Trial): Promise<Seen> {
  const group = sharedSubscription(`trial-${run}-busy`, READINGS);
  const busy = await TrialClient.connect(broker, `trial-${run}-busy`, { node: 0, holds: true });
  const free = await TrialClient.connect(broker, `trial-${run}-free`, { node: 1 });
  for (const member of [busy, free]) await member.subscribe(group);
  const gateway = await TrialClient.connect(broker, `trial-${run}-gateway`, { node: 2 });
  // One at a time: a burst hides that a broker hands nothing on beside a message that is held.
  await gateway.publishNumbers(READINGS, BUSY_COUNT, 1);
  await hears([busy], 1);
  const beside = await hears([free], BUSY_COUNT / 10);
  busy.release();
  const heard = await hears([busy, free], BUSY_COUNT);
  for (const client of [busy, free, gateway]) await client.close();
  return {
    ok: beside >= BUSY_COUNT / 10 && heard === BUSY_COUNT,
    seen: `${beside} or more of ${BUSY_COUNT} beside it, ${heard} when it went on`,
  };
}

async function passesOnWhatADeadMemberHad({ broker, run }: Trial): Promise<Seen> {
  const group = sharedSubscription(`trial-${run}-dead`, READINGS);
  const dying = await TrialClient.connect(broker, `trial-${run}-dying`, { node: 0, holds: true });
  const staying = await TrialClient.connect(broker, `trial-${run}-staying`, { node: 1 });
  for (const member of [dying, staying]) await member.subscribe(group);
  const gateway = await TrialClient.connect(broker, `trial-${run}-gateway`, { node: 2 });
  await gateway.publishNumbers(READINGS, SHARED_COUNT);
  await hears([dying], 1);
  await dying.cut();
  const heard = await hears([staying], SHARED_COUNT);
  for (const client of [staying, gateway]) await client.close();
  return { ok: heard >= SHARED_COUNT, seen: `the other member was given ${heard} of ${SHARED_COUNT}` };
}

async function queuesForSlowMembers({ broker, run, queued }: Trial): Promise<Seen> {
  const member = await TrialClient.connect(broker, `trial-${run}-slow`, { holds: true });
  await member.subscribe(sharedSubscription(`trial-${run}-slow`, READINGS));
  const gateway = await TrialClient.connect(broker, `trial-${run}-gateway`, { node: 2 });
  await gateway.publishNumbers(READINGS, queued);
  member.release();
  const heard = await hears([member], queued);
  for (const client of [member, gateway]) await client.close();
  return { ok: heard >= queued, seen: `${heard} of ${queued} messages waited for a member that was busy` };
}

async function keepsSessions({ broker, run, queued }: Trial): Promise<Seen> {
  const [id, topic] = [`trial-${run}-kept`, formatTopic({ channel: 'orders', ...SITE })];
  const before = await TrialClient.connect(broker, id, { clean: false });
  await before.subscribe('shelfwire/v1/+/+/orders');
  await before.close();
  const publisher = await TrialClient.connect(broker, `trial-${run}-publisher`, { node: 2 });
  await publisher.publishNumbers(topic, queued);
  const after = await TrialClient.connect(broker, id, { clean: false, node: 1 });
  const heard = await hears([after], queued);
  const inOrder = after.numbers.every((number, index, all) => index === 0 || number > (all[index - 1] ?? 0));
  await after.close();
  await publisher.close();
  await forget(broker, id);
  return {
    ok: heard >= queued && inOrder,
    seen: `${heard} of ${queued} messages, ${inOrder ? 'in order' : 'misordered'}`,
  };
}

async function deliversAgain({ broker, run }: Trial): Promise<Seen> {
  const [id, topic] = [`trial-${run}-again`, formatTopic({ channel: 'stock', ...SITE })];
  const before = await TrialClient.connect(broker, id, { clean: false, holds: true });
  await before.subscribe(topic);
  const publisher = await TrialClient.connect(broker, `trial-${run}-publisher`);
  await publisher.publishNumbers(topic, 1);
  const first = await hears([before], 1);
  await before.cut();
  const after = await TrialClient.connect(broker, id, { clean: false });
  const second = await hears([after], 1);
  for (const client of [after, publisher]) await client.close();
  await forget(broker, id);
  return { ok: first === 1 && second === 1, seen: second === 1 ? 'it came again' : 'it did not come again' };
}

async function keepsStatus({ broker, run }: Trial): Promise<Seen> {
  const topic = formatTopic({ channel: 'status', ...SITE, gatewayId: `gateway-${run}` });
  const gateway = await TrialClient.connect(broker, `trial-${run}-status`, { will: { topic, text: 'away' } });
  await gateway.publish(topic, 'here', true);
  const watching = await TrialClient.connect(broker, `trial-${run}-watching`, { node: 1 });
  await watching.subscribe('shelfwire/v1/+/+/gateways/+/status');
  const known = async (client: TrialClient, text: string): Promise<boolean> => {
    for (let count = 1; ; count += 1) {
      const heard = await hears([client], count);
      if (client.heard.some((each) => each.topic === topic && each.text === text)) return true;
      if (heard < count) return false;
    }
  };
  const here = await known(watching, 'here');
  await gateway.cut();
  const away = await known(watching, 'away');
  const later = await TrialClient.connect(broker, `trial-${run}-later`, { node: 2 });
  await later.subscribe('shelfwire/v1/+/+/gateways/+/status');
  const retained = (await known(later, 'away')) && later.heard.some((each) => each.topic === topic && each.retained);
  await later.publish(topic, '', true);
  for (const client of [watching, later]) await client.close();
  const seen = [here && 'status kept', away && 'last will told', retained && 'last will kept'].filter(Boolean);
  return { ok: seen.length === 3, seen: seen.length === 0 ? 'nothing of it' : seen.join(', ') };
}

async function takesLargeBatches({ broker, run }: Trial): Promise<Seen> {
  const consumer = await TrialClient.connect(broker, `trial-${run}-large`, { node: 1 });
  await consumer.subscribe(READINGS);
  const gateway = await TrialClient.connect(broker, `trial-${run}-gateway`);
  await gateway.publish(READINGS, 'x'.repeat(LARGEST_BATCH_BYTES));
  await hears([consumer], 1);
  const bytes = consumer.heard[0]?.bytes ?? 0;
  for (const client of [consumer, gateway]) await client.close();
  return { ok: bytes === LARGEST_BATCH_BYTES, seen: `${bytes} bytes of ${LARGEST_BATCH_BYTES}` };
}

async function keepsOnDisk({ broker, run, queued }: Trial): Promise<Seen> {
  const [id, topic] = [`trial-${run}-disk`, formatTopic({ channel: 'orders', ...SITE })];
  const status = formatTopic({ channel: 'status', ...SITE, gatewayId: `gateway-${run}-disk` });
  const before = await TrialClient.connect(broker, id, { clean: false });
  await before.subscribe(topic);
  await before.close();
  const publisher = await TrialClient.connect(broker, `trial-${run}-publisher`);
  await publisher.publish(status, 'here', true);
  await publisher.publishNumbers(topic, queued);
  await publisher.close();
  await broker.restart?.();
  await answers(broker, `trial-${run}-probe`);
  const after = await TrialClient.connect(broker, id, { clean: false });
  const heard = await hears([after], queued);
  await after.subscribe(status);
  const retained = (await hears([after], heard + 1)) > heard;
  await after.publish(status, '', true);
  await after.close();
  await forget(broker, id);
  const kept = retained ? 'retained messages kept' : 'retained messages lost';
  return { ok: heard >= queued && retained, seen: `${heard} of ${queued} queued messages, ${kept}` };
}

/** Waits until every node takes connections again. */
export async function answers(broker: CentralBroker, clientId: string, timeoutMs = 180_000): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  for (const node of broker.urls.keys()) {
    for (;;) {
      const client = await TrialClient.connect(broker, clientId, { node }).catch(() => undefined);
      await client?.close();
      if (client) break;
      if (Date.now() > endsAtMs) throw new Error(`the broker does not answer ${timeoutMs} ms after its restart`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Leaves no session behind. */
async function forget(broker: CentralBroker, clientId: string): Promise<void> {
  await (await TrialClient.connect(broker, clientId)).close();
}

/** Not so with Mosquitto: what is queued for a member goes with it. */
export const DEAD_MEMBER = 'what a member had that died goes to the others';

export const ASKS: readonly Ask[] = [
  { kind: 'asked', what: 'each reading goes to one member of a share group', ask: sharesReadings },
  { kind: 'told', what: 'a member that is busy does not hold the others up', ask: goesOnBesideABusyMember },
  { kind: 'asked', what: "a gateway's status is kept, and its last will replaces it", ask: keepsStatus },
  { kind: 'asked', what: 'a message that was not acknowledged comes again', ask: deliversAgain },
  { kind: 'asked', what: 'the largest batch of a gateway passes', ask: takesLargeBatches },
  { kind: 'told', what: 'what waits in the session of a service that is away', ask: keepsSessions },
  { kind: 'told', what: 'what waits for a member of a group that is busy', ask: queuesForSlowMembers },
  { kind: 'told', what: DEAD_MEMBER, ask: passesOnWhatADeadMemberHad },
];
/** Asked only where the broker can be restarted. */
export const AFTER_RESTART: Ask = { kind: 'told', what: 'what is there after a restart', ask: keepsOnDisk };
