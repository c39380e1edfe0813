import { createServer } from 'node:net';

import { Aedes } from 'aedes';

/** The peer: Aedes as it comes, without persistence, login or anything done with a message. */
const port = Number(process.argv[2]);
const broker = await Aedes.createBroker();
createServer({ noDelay: true }, (socket) => broker.handle(socket)).listen(port, '127.0.0.1', () =>
  process.send?.('ready'),
);
