import type { SeededRandom } from '@shelfwire/test-servers';

import { CENTRE_FAULTS } from './centre-faults.ts';
import { HOUR_MS, MINUTE_MS, pick, type Fault } from './fault.ts';
import { GATEWAY_FAULTS } from './gateway-faults.ts';
import { WITHIN } from './lateness.ts';
import { SCALE_FAULTS } from './scale-faults.ts';
import type { SimulatedSite } from './simulated-site.ts';

/** Everything the chain promises to survive. */
export const FAULTS: readonly Fault[] = [...GATEWAY_FAULTS, ...CENTRE_FAULTS, ...SCALE_FAULTS];

/** Lets faults begin and end by the seed, several at a time now and then; all are over at `untilMs`. */
export function planFaults(
  site: SimulatedSite,
  among: readonly Fault[],
  random: SeededRandom,
  untilMs: number,
  begun: (name: string) => void,
): void {
  if (among.length === 0) return;
  const under = new Set<string>();
  const next = (): void => {
    site.time.after(random.between(20 * MINUTE_MS, 4 * HOUR_MS), () => {
      const fault = pick(among, random);
      const endsAtMs = site.time.nowMs + random.between(...fault.lastsMs);
      if (!under.has(fault.name) && endsAtMs < untilMs) {
        under.add(fault.name);
        begun(fault.name);
        site.ways.disturb(fault.disturbs);
        const end = fault.begin(site, random);
        site.time.after(endsAtMs - site.time.nowMs, async () => {
          await end();
          under.delete(fault.name);
          site.ways.heal(fault.disturbs);
          site.lateness.expect([WITHIN.ledgerMs, WITHIN.ledgerMs + WITHIN.sweepMs + WITHIN.orderMs]);
        });
      }
      if (site.time.nowMs < untilMs) next();
    });
  };
  next();
}
