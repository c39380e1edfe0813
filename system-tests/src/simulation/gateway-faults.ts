import { DIES_AT_LAST_MS, HOUR_MS, MINUTE_MS, pick, type Fault } from './fault.ts';
import { WITHIN } from './lateness.ts';

export const GATEWAY_FAULTS: readonly Fault[] = [
  {
    name: 'gateway power cut',
    disturbs: ['ledger', 'store'],
    lastsMs: [DIES_AT_LAST_MS, 2 * HOUR_MS],
    begin: ({ gateway, time }, random) => {
      gateway.cutPower(Math.floor(random.next() * 4));
      time.after(DIES_AT_LAST_MS - 1, () => gateway.cutPower());
      return async () => {
        if (!gateway.isRunning) await gateway.start();
      };
    },
  },
  {
    name: 'line of the gateway cut',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, 8 * HOUR_MS],
    begin: ({ broker }) => {
      broker.setGatewayLine(false);
      return () => broker.setGatewayLine(true);
    },
  },
  {
    name: 'gateway cut off until its disk is full',
    disturbs: ['ledger', 'store'],
    // So that more waits than a segment holds, and some of it is given up.
    lastsMs: [8 * HOUR_MS, 10 * HOUR_MS],
    begin: ({ broker, gateway, time }, random) => {
      broker.setGatewayLine(false);
      const fullAfterMs = random.between(5 * HOUR_MS, 7 * HOUR_MS);
      time.after(fullAfterMs, () => gateway.limitDisk(0));
      time.after(fullAfterMs + 45 * MINUTE_MS, () => gateway.limitDisk(Infinity));
      return () => broker.setGatewayLine(true);
    },
  },
  {
    name: 'gateway clock wrong',
    // The ledger goes on all the same: readings keep their order, whatever the clock says.
    disturbs: [],
    // Less than a sensor may be silent: its words count as of when the clock was set back.
    lastsMs: [MINUTE_MS, 100 * MINUTE_MS],
    begin: ({ gateway, time }, random) => {
      gateway.setClock(pick([HOUR_MS, -HOUR_MS, -time.nowMs, 30_000], random));
      return () => gateway.setClock(0);
    },
  },
  {
    name: 'gateway restarted with its clock set back',
    disturbs: [],
    // Longer than the judge waits after the restart.
    lastsMs: [WITHIN.ledgerMs + 15 * MINUTE_MS, WITHIN.ledgerMs + 40 * MINUTE_MS],
    begin: ({ gateway, time, ways }, random) => {
      gateway.setClock(-random.between(3 * HOUR_MS, 6 * HOUR_MS));
      time.after(random.between(MINUTE_MS, 5 * MINUTE_MS), () => {
        ways.disturb(['ledger', 'store']);
        gateway.cutPower();
        time.after(MINUTE_MS, async () => {
          if (!gateway.isRunning) await gateway.start();
          ways.heal(['ledger', 'store']);
        });
      });
      return () => gateway.setClock(0);
    },
  },
  {
    name: 'gateway disk full',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, HOUR_MS],
    begin: ({ gateway }) => {
      gateway.limitDisk(0);
      return () => gateway.limitDisk(Infinity);
    },
  },
];
