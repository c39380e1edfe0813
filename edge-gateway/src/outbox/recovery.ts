import type { Disk } from './disk.ts';
import { parseSegmentName, SEGMENT_HEADER_BYTES } from './segment-format.ts';
import { Segment } from './segment.ts';

export interface Recovered {
  segments: Segment[];
  /** Why the newest segment ended before its file did; the caller cuts it. */
  problem: string | undefined;
}

/** Finds the segments of an outbox and the last good record; what it promises stands in segment-format.ts. */
export async function recoverSegments(outboxId: string, disk: Disk): Promise<Recovered> {
  const firsts = (await disk.list()).flatMap((name) => parseSegmentName(name) ?? []).sort((a, b) => a - b);
  const segments = firsts.map((first, index) => new Segment(disk, first, (firsts[index + 1] ?? first) - 1, 0));
  for (const segment of segments.slice(0, -1)) {
    segment.sizeBytes = await (await segment.file()).size();
    await segment.close();
  }
  let problem: string | undefined;
  for (let newest = segments.at(-1); newest; newest = segments.at(-1)) {
    const headerProblem = await newest.headerProblem(outboxId);
    if (headerProblem === undefined) {
      problem = (await newest.scan()) ?? problem;
      break;
    }
    // Records come only after the header was synced: a longer file with a bad header has been damaged later.
    if ((await (await newest.file()).size()) > SEGMENT_HEADER_BYTES) problem ??= headerProblem;
    await newest.close();
    await disk.remove(newest.name);
    segments.pop();
  }
  return { segments, problem };
}
