import type { MqttClient } from 'mqtt';

const END_TIMEOUT_MS = 2_000;

/** Says goodbye to the broker; without one that listens, MQTT.js would wait for its last acknowledgements for ever. */
export async function endClient(client: MqttClient): Promise<void> {
  if (!client.connected) {
    await client.endAsync(true);
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'too late'>((resolve) => {
    timer = setTimeout(() => resolve('too late'), END_TIMEOUT_MS);
  });
  const outcome = await Promise.race([client.endAsync(), tooLate]);
  clearTimeout(timer);
  if (outcome === 'too late') client.stream.destroy();
}
