import type { Page } from 'playwright-core';

/** What a person feels while something goes on in a page. */
export interface Smoothness {
  /** Milliseconds for which the page answered nothing, at worst. */
  longestTaskMs: number;
  /** Tasks of more than 50 ms, which are felt. */
  longTasks: number;
  /** How much of them is beyond 50 ms. */
  blockedMs: number;
  /** Between two frames: 16.7 is every one. */
  frameP50Ms: number;
  frameP99Ms: number;
  durationMs: number;
}

/** Counts in the page itself; before its first script. */
const COUNTER = `
  window.__tasks = [];
  window.__frames = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.__tasks.push([entry.startTime, entry.duration]);
  }).observe({ type: 'longtask', buffered: true });
  let last = performance.now();
  const frame = (now) => { window.__frames.push([now, now - last]); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
`;

export async function countFrames(page: Page): Promise<void> {
  await page.addInitScript(COUNTER);
}

export async function smoothnessOf(page: Page, what: () => Promise<void>): Promise<Smoothness> {
  const fromMs = (await page.evaluate('performance.now()')) as number;
  await what();
  const { tasks, frames, toMs } = (await page.evaluate(`(async () => {
    // The last task is told a moment after it ended.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    const since = (all) => all.filter(([at]) => at >= ${fromMs}).map(([, ms]) => ms);
    return { tasks: since(window.__tasks), frames: since(window.__frames), toMs: performance.now() };
  })()`)) as { tasks: number[]; frames: number[]; toMs: number };
  const sorted = frames.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return {
    longestTaskMs: Math.max(0, ...tasks),
    longTasks: tasks.length,
    blockedMs: tasks.reduce((sum, ms) => sum + ms - 50, 0),
    frameP50Ms: quantile(0.5),
    frameP99Ms: quantile(0.99),
    durationMs: toMs - fromMs,
  };
}
