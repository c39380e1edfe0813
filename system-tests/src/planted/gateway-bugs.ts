import type { Bug } from './bug.ts';

export const GATEWAY_BUGS: readonly Bug[] = [
  {
    name: 'the gateway acknowledges what it has written and not synced',
    changes: [
      {
        file: 'edge-gateway/src/outbox/segment.ts',
        from: 'await file.write(bytes, this.sizeBytes);\n    await file.sync();',
        to: 'await file.write(bytes, this.sizeBytes);',
      },
    ],
  },
  {
    name: 'the gateway acknowledges what a full disk refused',
    changes: [
      {
        file: 'edge-gateway/src/pipeline.ts',
        from: '(kept) => {\n      if (kept) this.#takeUnblocked(device, frame, transport, settled);\n      else settled(false);',
        to: '(kept) => {\n      if (kept) this.#takeUnblocked(device, frame, transport, settled);\n      else settled(true);',
      },
      {
        file: 'edge-gateway/src/pipeline.ts',
        from: 'else if (!bad && !reply) this.#lines.keep(deviceId, readings, settled);',
        to: 'else if (!bad && !reply) this.#lines.keep(deviceId, readings, () => settled(true));',
      },
    ],
  },
  {
    name: 'a segment goes when one of its consumers has confirmed it',
    changes: [
      {
        file: 'edge-gateway/src/outbox/confirmations.ts',
        from: 'return [...this.#byConsumer.values()].every((set) => set.covers(from, to));',
        to: 'return [...this.#byConsumer.values()].some((set) => set.covers(from, to));',
      },
    ],
  },
  {
    name: 'the backlog is what ingest has not confirmed',
    changes: [
      {
        file: 'edge-gateway/src/uplink/send-plan.ts',
        from: 'const settled = RangeSet.intersect(consumers.map((consumer) => this.#confirmations.of(consumer)));',
        to: "const settled = RangeSet.intersect([this.#confirmations.of(consumers.length > 9 ? 'reorder' : 'ingest')]);",
      },
    ],
  },
  {
    name: 'the backlog is sent newest first',
    changes: [
      {
        file: 'edge-gateway/src/uplink/send-plan.ts',
        from: 'return settled.missingWithin(1, this.#cursor - 1)[0];',
        to: 'return settled.missingWithin(1, this.#cursor - 1).at(-1);',
      },
    ],
    harmless: 'readings come in any order by design (D2): late ones are put where they belong',
  },
  {
    name: 'what a full disk made the gateway give up is not counted',
    changes: [
      {
        file: 'edge-gateway/src/outbox/gateway-outbox.ts',
        from: 'if (lost > 0) this.#events.thinned(lost);',
        to: 'if (lost > 10_000) this.#events.thinned(lost);',
      },
    ],
  },
  {
    name: 'an outbox that was cut gives its last sequences out again',
    changes: [
      {
        file: 'edge-gateway/src/outbox/outbox.ts',
        from: 'const sealed = (await disk.list()).includes(SEALED_FILE);',
        to: 'const sealed = (await disk.list()).includes(SEALED_FILE) && segments.length > 1_000;',
      },
    ],
    harmless:
      'only what was synced is ever sent, and a disk that keeps its word gives it back: see damage.test.ts of the outbox',
  },
  {
    name: 'readings after a clock that was set back are not marked',
    changes: [
      {
        file: 'edge-gateway/src/outbox/gateway-outbox.ts',
        from: 'return this.#append(this.#order.mark(readings));',
        to: 'this.#order.mark(readings);\n    return this.#append(readings);',
      },
    ],
  },
  {
    name: 'a restart forgets how late a clock had been that was set back',
    changes: [
      {
        file: 'edge-gateway/src/outbox/gateway-outbox.ts',
        from: 'newestMs = Math.max(newestMs, receivedAtMs, notBeforeMs);',
        to: 'newestMs = Math.max(newestMs, receivedAtMs, Math.min(0, notBeforeMs));',
      },
    ],
  },
];
