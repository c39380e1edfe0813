import type { Device } from '../devices/device.ts';
import type { DeviceChanges } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { Pipeline } from '../pipeline.ts';
import { openSerialPort } from './serial-port.ts';
import { StreamReceiver } from './stream-receiver.ts';
import { openTcpConnection } from './tcp-connection.ts';

export interface DeviceStreamsOptions {
  pipeline: Pipeline;
  events: GatewayEvents;
  now: () => number;
  random: () => number;
}

/** One receiver for each device that is read over a byte stream. */
export class DeviceStreams {
  readonly #options: DeviceStreamsOptions;
  readonly #receivers = new Map<string, StreamReceiver>();

  constructor(options: DeviceStreamsOptions) {
    this.#options = options;
  }

  /** Opens, reopens and closes what the change of the device list says, and nothing else. */
  async apply(changes: DeviceChanges): Promise<void> {
    await Promise.all([...changes.changed, ...changes.removed].map((device) => this.#stop(device.settings.deviceId)));
    for (const device of [...changes.added, ...changes.changed]) {
      const receiver = this.#receiverOf(device);
      if (receiver) this.#receivers.set(device.settings.deviceId, receiver);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#receivers.keys()].map((deviceId) => this.#stop(deviceId)));
  }

  async #stop(deviceId: string): Promise<void> {
    const receiver = this.#receivers.get(deviceId);
    this.#receivers.delete(deviceId);
    await receiver?.close();
  }

  #receiverOf(device: Device): StreamReceiver | undefined {
    const { serial, tcp } = device.settings;
    const common = { ...this.#options, device };
    if (serial) {
      return new StreamReceiver({
        ...common,
        transport: 'serial',
        target: serial.path,
        pollIntervalMs: serial.pollIntervalMs,
        open: () => openSerialPort(serial),
      });
    }
    if (!tcp) return undefined;
    return new StreamReceiver({
      ...common,
      transport: 'tcp',
      target: `${tcp.host}:${tcp.port}`,
      pollIntervalMs: tcp.pollIntervalMs,
      open: () => openTcpConnection(tcp, device.silenceMsMax),
    });
  }
}
