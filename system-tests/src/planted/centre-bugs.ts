import type { Bug } from './bug.ts';

const INGEST = 'ingest-service/src/ingest.ts';
const CONTROLLER = 'reorder-service/src/stock/readings.controller.ts';

export const CENTRE_BUGS: readonly Bug[] = [
  {
    name: 'ingest confirms before it stores',
    changes: [
      {
        file: INGEST,
        from: 'const rejected = await this.#write(batch.points, signal);',
        to: 'await this.#confirm(site, batch.confirmation);\n      const rejected = await this.#write(batch.points, signal);',
      },
    ],
  },
  {
    name: 'ingest swallows an error of its store',
    changes: [
      {
        file: INGEST,
        from: 'const result = await hold.keep(',
        to: 'const result = await hold.keep(async () => ({ rejected: [] }), signal, () => undefined);\n    await hold.keep(',
      },
      {
        file: INGEST,
        from: '(error) => report.storeAway(error),\n    );',
        to: '(error) => report.storeAway(error),\n    ).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'ingest stores a part of a batch and confirms all of it',
    changes: [
      {
        file: INGEST,
        from: 'await this.#write(batch.points, signal);',
        to: 'await this.#write(batch.points.slice(0, 20), signal);',
      },
    ],
  },
  {
    name: 'two readings of one series in one millisecond are one point',
    changes: [
      {
        file: 'ingest-service/src/points/point.ts',
        from: "String(point.nanosOfMs).padStart(6, '0')",
        to: "String(point.nanosOfMs * 0).padStart(6, '0')",
      },
    ],
  },
  {
    name: 'the ledger confirms before it commits',
    changes: [
      {
        file: CONTROLLER,
        from: 'await this.ledger.apply(site, {',
        to: 'await this.#confirm(site, batch);\n      await this.ledger.apply(site, {',
      },
    ],
  },
  {
    name: 'the ledger confirms a range that is one off',
    changes: [
      {
        file: CONTROLLER,
        from: 'firstSequence + readings.length - 1]',
        to: 'firstSequence + readings.length]',
      },
    ],
  },
  {
    name: 'the ledger takes each repeat for new',
    changes: [
      {
        file: 'reorder-service/src/stock/unseen-readings.ts',
        from: 'const readings = source.readings.filter(({ sequence }) => !isApplied(sequence));',
        to: 'const readings = source.readings.filter(({ sequence }) => !isApplied(sequence) || sequence > 0);',
      },
    ],
  },
  {
    name: 'the ledger takes each repeat for new, and books it without a look at what was booked',
    changes: [
      {
        file: 'reorder-service/src/stock/unseen-readings.ts',
        from: 'const readings = source.readings.filter(({ sequence }) => !isApplied(sequence));',
        to: 'const readings = source.readings.filter(({ sequence }) => !isApplied(sequence) || sequence > 0);',
      },
      {
        file: 'reorder-service/src/stock/write-ledger.ts',
        from: '${numberArray(observations.map((each) => each.calibration))}::int[])`.execute(tx);',
        to: '${numberArray(observations.map((each) => each.calibration))}::int[]) on conflict do nothing`.execute(tx);',
      },
      {
        file: 'reorder-service/src/stock/plan-changes.ts',
        from: 'if (first.atMs <= bin.lastAtMs) older',
        to: 'if (first.atMs < 0) older',
      },
    ],
  },
  {
    name: 'a late reading overwrites a newer level',
    changes: [
      {
        file: 'reorder-service/src/stock/plan-changes.ts',
        from: 'if (first.atMs <= bin.lastAtMs) older',
        to: 'if (first.atMs < 0) older',
      },
    ],
  },
  {
    name: 'late readings are thrown away',
    changes: [
      {
        file: 'reorder-service/src/stock/plan-changes.ts',
        from: 'const late = await disturbed(tx, site, older);',
        to: 'const late = (await disturbed(tx, site, older)).filter(() => older.length < 0);',
      },
    ],
    harmless:
      'of a shelf only its history suffers: the next word of the scale sets the level right (late-readings tests find it)',
  },
  {
    name: "the ledger ignores that the gateway's clock was set back",
    changes: [
      {
        file: 'reorder-service/src/stock/understand-readings.ts',
        from: 'Math.max(ownMs, reading.notBeforeMs ?? 0)',
        to: 'Math.max(ownMs, 0 * (reading.notBeforeMs ?? 0))',
      },
    ],
  },
  {
    name: 'a clock that is ahead is believed',
    changes: [
      {
        file: 'reorder-service/src/stock/understand-readings.ts',
        from: 'nowMs + AHEAD_MS_MAX);',
        to: 'nowMs + AHEAD_MS_MAX * 1e6);',
      },
    ],
    harmless: 'the gateway marks what follows, so that it is not hidden: both lines of defence are there',
  },
  {
    name: 'the ledger believes a scale that is overloaded',
    changes: [
      {
        file: 'reorder-service/src/stock/quantity.ts',
        from: "if (reading.quality !== 'good') return",
        to: "if (reading.quality === 'stale') return",
      },
    ],
  },
  {
    name: "the ledger's memory outlives a transaction that failed",
    changes: [
      {
        file: 'reorder-service/src/stock/stock-ledger.ts',
        from: '    this.#memories.delete(key);\n    const applied',
        to: '    const applied',
      },
    ],
    harmless:
      'here a transaction fails only with its process, and the memory with it; stock-ledger tests fail one alone',
  },
];
