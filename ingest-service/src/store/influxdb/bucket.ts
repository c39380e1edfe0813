import { StoreAwayError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import { pointProblem } from '../../points/schema.ts';
import type { RejectedPoint, WriteResult } from '../telemetry-store.ts';
import { encodeLine } from './line-protocol.ts';
import type { Line, LineWriter } from './line-writer.ts';
import type { SeriesReader } from './series-reader.ts';
import type { InfluxUpkeep } from './upkeep.ts';

/** Where a line that is none of the caller's points stands. */
const NO_POINT = -1;

/** One bucket: its writer, its reader, and what keeps it in order (not for VictoriaMetrics, which does so itself). */
export class InfluxBucket {
  readonly reader: SeriesReader;
  readonly upkeep: InfluxUpkeep | undefined;
  readonly #writer: LineWriter;

  constructor(parts: { reader: SeriesReader; writer: LineWriter; upkeep: InfluxUpkeep | undefined }) {
    this.reader = parts.reader;
    this.upkeep = parts.upkeep;
    this.#writer = parts.writer;
  }

  async write(points: readonly TelemetryPoint[]): Promise<WriteResult> {
    const rejected: RejectedPoint[] = [];
    const lines: Line[] = [];
    for (const [index, point] of points.entries()) {
      const reason = pointProblem(point.measurement, point.fields);
      if (reason === undefined) lines.push({ index, text: encodeLine(point) });
      else rejected.push({ index, reason });
    }
    if (lines.length === 0) return { rejected };
    const covered = this.upkeep?.marks.cover(points);
    for (const text of covered?.lines ?? []) lines.push({ index: NO_POINT, text });
    try {
      await this.#writeOrMakeBucket(lines, rejected);
      covered?.settle('stored');
    } catch (error) {
      covered?.settle('failed');
      throw error;
    }
    return { rejected: rejected.filter(({ index }) => index !== NO_POINT) };
  }

  async #writeOrMakeBucket(lines: readonly Line[], rejected: RejectedPoint[]): Promise<void> {
    try {
      await this.#writer.write(lines, rejected);
    } catch (error) {
      const isMissing = error instanceof StoreAwayError && error.code === 'STORE_NOT_FOUND';
      // A new tenant's, or one that somebody deleted. If it cannot be made, what the write said is told.
      const made = isMissing && ((await this.upkeep?.makeBucket().catch(() => false)) ?? false);
      if (!made) throw error;
      await this.#writer.write(lines, rejected);
    }
  }
}
