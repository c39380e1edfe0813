/** `[atMs, value]`. */
export type Point = readonly [atMs: number, value: number | null];

interface Drawing {
  x: (atMs: number) => number;
  y: (value: number) => number;
  shape: 'steps' | 'line';
  /** Where the area under the line ends. */
  baseline: number;
  /** A level holds until here. */
  endX: number;
}

/** One line and one area for each run without a gap: a gap must not look like a straight line. */
export function linePaths(points: readonly Point[], drawing: Drawing): { line: string; area: string }[] {
  return runsOf(points).map((run) => {
    const { x, y, shape, baseline, endX } = drawing;
    const commands = run.map(([atMs, value], index) => {
      const [px, py] = [round(x(atMs)), round(y(value))];
      if (index === 0) return `M${px} ${py}`;
      return shape === 'steps' ? `H${px}V${py}` : `L${px} ${py}`;
    });
    const reachesEnd = shape === 'steps' && run.at(-1)?.[0] === points.at(-1)?.[0];
    const line = commands.join('') + (reachesEnd ? `H${round(endX)}` : '');
    const startX = round(x(run[0]?.[0] ?? 0));
    return { line, area: `${line}V${round(baseline)}H${startX}Z` };
  });
}

export interface BandPoint {
  atMs: number;
  low: number;
  high: number;
}

/** The area between low and high: there along the top, back along the bottom. */
export function bandPath(band: readonly BandPoint[], { x, y }: Pick<Drawing, 'x' | 'y'>): string {
  const there = band.map(({ atMs, high }) => `${round(x(atMs))} ${round(y(high))}`);
  const back = band.toReversed().map(({ atMs, low }) => `${round(x(atMs))} ${round(y(low))}`);
  return `M${[...there, ...back].join('L')}Z`;
}

/** @returns null without points */
export function nearestIndex(points: readonly Point[], atMs: number): number | null {
  let best: number | null = null;
  let bestDistance = Infinity;
  points.forEach(([pointAtMs], index) => {
    const distance = Math.abs(pointAtMs - atMs);
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

function runsOf(points: readonly Point[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] = [];
  for (const [atMs, value] of points) {
    if (value !== null) run.push([atMs, value]);
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
