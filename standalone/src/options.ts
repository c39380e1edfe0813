import { parseArgs } from 'node:util';

import { ShelfwireError } from '@shelfwire/contract';

export interface Options {
  dataDir: string;
  host: string;
  /** 0: any free one. */
  port: number;
  mqttPort: number;
  sim: boolean;
}

export const HELP = `Shelfwire: the whole system on this machine, with a simulated plant.

  npm start -- [options]

  --data-dir DIR    where everything is kept (default: data)
  --port N          console and API (default: 3000; 0 takes any free port)
  --mqtt-port N     where devices publish (default: 1883; 0 takes any free port)
  --host ADDRESS    listen there for browsers and devices (default: 127.0.0.1, this machine only)
  --no-sim          simulate no devices: only what you publish comes in; the simulated suppliers still answer
  --help            this text

Sign-in: SHELFWIRE_ADMIN_EMAIL and SHELFWIRE_ADMIN_PASSWORD if set, else admin@demo.local and a password shown once.
SHELFWIRE_API_TOKEN (16 characters or more) opens the gateway's local API: approve devices, calibrate them.
`;

/** @throws ShelfwireError OPTION_INVALID, one clear sentence */
export function parseOptions(args: readonly string[]): Options | 'help' {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string', default: 'data' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '3000' },
        'mqtt-port': { type: 'string', default: '1883' },
        'no-sim': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw invalid((error as Error).message.split('. ')[0] ?? 'unknown option');
  }
  if (values.help) return 'help';
  const port = parsePort('--port', values.port);
  const mqttPort = parsePort('--mqtt-port', values['mqtt-port']);
  if (port === mqttPort && port !== 0) throw invalid(`--port and --mqtt-port are both ${port}`);
  if (values['data-dir'] === '') throw invalid('--data-dir is empty');
  return { dataDir: values['data-dir'], host: values.host, port, mqttPort, sim: !values['no-sim'] };
}

function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw invalid(`${option} must be a number from 0 to 65535, not "${text}"`);
  return port;
}

function invalid(problem: string): ShelfwireError {
  return new ShelfwireError('OPTION_INVALID', `${problem}; see npm start -- --help`);
}
