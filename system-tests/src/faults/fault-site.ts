import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '@shelfwire/test-servers';
import { stringify } from 'yaml';

import { Centre, serviceProcess, type Parts } from './centre.ts';
import { GatewayProcess } from './gateway-process.ts';
import type { FaultKind, PlannedFault, Victim } from './plan.ts';
import { SmallDisk } from './small-disk.ts';
import { SteppedClock } from './stepped-clock.ts';
import type { ServiceProcess } from './service-process.ts';
import { catalogue, fleet, gatewayFile, type Pace } from './site-files.ts';

/** The whole system as processes of its own, in a folder of its own, that can be killed one by one. */
export class FaultSite {
  readonly folder: string;
  readonly centre: Centre;
  readonly gateway: GatewayProcess;
  readonly #supplierPort: number;
  readonly #services: Record<Exclude<Victim, 'broker'>, ServiceProcess>;
  readonly #disk: SmallDisk | undefined;
  readonly #clock: SteppedClock | undefined;
  #sim: ServiceProcess | undefined;

  private constructor(
    folder: string,
    centre: Centre,
    gateway: GatewayProcess,
    supplierPort: number,
    props: { disk: SmallDisk | undefined; clock: SteppedClock | undefined },
  ) {
    this.#disk = props.disk;
    this.#clock = props.clock;
    this.folder = folder;
    this.centre = centre;
    this.gateway = gateway;
    this.#supplierPort = supplierPort;
    this.#services = { gateway: gateway.process, ingest: centre.ingest, reorder: centre.reorder };
  }

  /** @param kinds what will be done to it: a small disk or a clock that can be stepped is made only where needed */
  static async start(parts: Parts, kinds: readonly FaultKind[] = ['kill'], pace?: Pace): Promise<FaultSite> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-faults-'));
    const supplierPort = await freePort();
    await writeFile(join(folder, 'gateway.yaml'), stringify(gatewayFile()), { mode: 0o600 });
    await writeFile(join(folder, 'catalogue.yaml'), stringify(catalogue(`http://127.0.0.1:${supplierPort}`)));
    await writeFile(join(folder, 'fleet.yaml'), stringify(fleet({ customers: true, ...(pace && { pace }) })));
    await writeFile(join(folder, 'fleet-calm.yaml'), stringify(fleet({ customers: false })));
    const centre = await Centre.start(folder, parts);
    const disk = kinds.includes('disk') ? await SmallDisk.mount(join(folder, 'gateway')) : undefined;
    const clock = kinds.includes('clock') ? new SteppedClock(join(folder, 'clock')) : undefined;
    const gateway = await GatewayProcess.start(folder, 'gateway', centre.broker.url, {
      SHELFWIRE_RESEND_AFTER_MS: '2000',
      ...(disk ? { SHELFWIRE_FREE_DISK_BYTES_MIN: '0' } : {}),
      ...clock?.env,
    });
    const site = new FaultSite(folder, centre, gateway, supplierPort, { disk, clock });
    await site.ready(180_000);
    return site;
  }

  async ready(timeoutMs?: number): Promise<void> {
    await Promise.all([this.gateway.process.ready(timeoutMs), this.centre.ready(timeoutMs)]);
  }

  /** Starts the simulated site, going on from where it stopped; calm means that nobody takes anything any more. */
  async startSim(options: { calm: boolean }): Promise<void> {
    const sim = serviceProcess(this.folder, 'sim', '@shelfwire/device-sim/main', await freePort(), {
      SHELFWIRE_SIM_FLEET: join(this.folder, options.calm ? 'fleet-calm.yaml' : 'fleet.yaml'),
      SHELFWIRE_SIM_MQTT_URL: this.gateway.deviceUrl,
      SHELFWIRE_SIM_SUPPLIER_PORT: String(this.#supplierPort),
      SHELFWIRE_SIM_CALLBACK_URL: this.centre.reorderUrl,
      SHELFWIRE_SIM_TRUTH_FILE: this.truthFile,
      SHELFWIRE_SIM_STATE_FILE: join(this.folder, 'sim-state.json'),
    });
    this.#sim = sim;
    sim.start();
    await sim.ready();
  }

  async stopSim(): Promise<void> {
    await this.#sim?.stop();
  }

  get truthFile(): string {
    return join(this.folder, 'truth.ndjson');
  }

  /** @returns what ends it */
  async begin(fault: PlannedFault): Promise<() => Promise<void>> {
    switch (fault.kind) {
      case 'kill':
        await this.#kill(fault.victim);
        return () => this.#restart(fault.victim);
      case 'stop':
        this.#signal(fault.victim, 'SIGSTOP');
        return () => Promise.resolve(this.#signal(fault.victim, 'SIGCONT'));
      case 'database':
        await this.centre.killDatabase(fault.database);
        return () => this.centre.restartDatabase(fault.database);
      case 'disk':
        await this.#disk?.fill();
        return () => this.#disk?.empty() ?? Promise.resolve();
      case 'clock':
        this.#clock?.step(fault.stepSeconds);
        return () => Promise.resolve(this.#clock?.step(0));
      default:
        await this.centre.broker.wipe();
        return () => Promise.resolve();
    }
  }

  async #kill(victim: Victim): Promise<void> {
    if (victim === 'broker') await this.centre.broker.stop('SIGKILL');
    else await this.#services[victim].kill();
  }

  async #restart(victim: Victim): Promise<void> {
    if (victim === 'broker') await this.centre.broker.restart();
    else this.#services[victim].start();
  }

  #signal(victim: Victim, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.centre.broker;
    if (victim !== 'broker') this.#services[victim].signal(signal);
    else if (pid !== undefined) process.kill(pid, signal);
  }

  get services(): readonly ServiceProcess[] {
    return Object.values(this.#services);
  }

  async supplierOrders(): Promise<SupplierOrder[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#supplierPort}/orders`);
    return ((await answer.json()) as { items: SupplierOrder[] }).items;
  }

  /** @returns the exit code of each service: all 0 when they drained */
  async close(): Promise<Record<string, number | null>> {
    await this.stopSim();
    const gateway = await this.gateway.process.stop();
    const codes = { gateway, ...(await this.centre.close()) };
    await this.#disk?.unmount();
    return codes;
  }

  async removeFolder(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface SupplierOrder {
  idempotencyKey: string;
  repeats: number;
}
