import { parseArgs } from 'node:util';

import { findProgram } from '@shelfwire/test-servers';

import { askBroker, formatAnswer } from './ask-broker.ts';
import { AFTER_RESTART, ASKS } from './asks.ts';
import { brokerThatIsThere, ownMosquitto, type CentralBroker } from './central-broker.ts';
import { brokenIn, loseReplicas } from './lose-replicas.ts';

const USAGE = `npm run test:broker -- [--url mqtt://HOST:PORT]… [--restart COMMAND] [--username NAME] [--ca FILE]
                       [--seconds N] [--queued N]

Tries a broker as the central one: what Shelfwire asks of it and what is good to know about it, then two ingest and two
reorder replicas sharing the readings under load for --seconds, of which one each is killed, and the broker restarted.

--url       of the broker; once for each node of a cluster, over which the parts are spread. Without it: a Mosquitto
--restart   what restarts it, for a shell ("docker restart emqx"); without it, that is not tried
--username  of a user who may do everything; its password is in SHELFWIRE_TEST_BROKER_PASSWORD
--ca        the authority of its certificate, PEM
--queued    so many messages are left waiting where something queues

The broker should carry nothing else. PostgreSQL and InfluxDB are started here (CONTRIBUTING.md says what to install).`;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();

/** @returns the exit code: 0 it is fit, 1 it is not, 2 it could not be tried */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', multiple: true, default: [] },
      restart: { type: 'string' },
      username: { type: 'string' },
      ca: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      queued: { type: 'string', default: '5000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [seconds, queued] = [Number(values.seconds), Number(values.queued)];
  if (!(seconds >= 6) || !(queued >= 1)) return refuse('seconds must be at least 6, queued at least 1');
  const [first, ...others] = values.url;
  const needed = ['postgres', 'influxdb', ...(first === undefined ? ['mosquitto' as const] : [])] as const;
  const missing = needed.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return refuse(`not installed: ${missing.join(', ')}; see CONTRIBUTING.md`);
  const { username, ca: caFile, restart: restartCommand } = values;
  const password = process.env['SHELFWIRE_TEST_BROKER_PASSWORD'] ?? '';
  const login = username === undefined ? undefined : { username, password };
  const broker =
    first === undefined
      ? await ownMosquitto()
      : brokerThatIsThere({ urls: [first, ...others], login, caFile, restartCommand });
  try {
    return await tryBroker(broker, { seconds, queued });
  } finally {
    await broker.close();
  }
}

async function tryBroker(broker: CentralBroker, about: { seconds: number; queued: number }): Promise<number> {
  console.log(`${broker.urls.join(', ')}\n`);
  const run = Date.now().toString(36);
  const restartsBroker = broker.restart !== undefined;
  const answers = await askBroker(
    { broker, run, queued: about.queued },
    restartsBroker ? [...ASKS, AFTER_RESTART] : ASKS,
    (answer) => console.log(formatAnswer(answer)),
  );
  const refused = answers.filter(({ ask, ok }) => ask.kind === 'asked' && !ok);
  if (refused.length > 0) {
    console.log(`\nnot fit as the central broker of replicas: ${refused.length} of what is asked does not hold`);
    return 1;
  }
  const lost = await loseReplicas(broker, { seconds: about.seconds, restartsBroker, say: (line) => console.log(line) });
  console.log(`${JSON.stringify(lost.readings)}, ${lost.orders} orders, queue empty after ${lost.drainedAfterMs} ms`);
  const broken = brokenIn(lost);
  for (const sentence of broken) console.log(`NO    ${sentence}`);
  if (broken.length === 0)
    console.log('yes   every reading was stored once, the ledger agrees with the shelves, no order is doubled');
  return broken.length === 0 ? 0 : 1;
}

function refuse(because: string): number {
  console.error(`${because}\n\n${USAGE}`);
  return 2;
}
