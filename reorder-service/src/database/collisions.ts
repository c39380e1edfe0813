/** What two who want each other's locks end with: deadlock, serialization failure, and a wait that was cut short. */
const COLLISIONS: ReadonlySet<unknown> = new Set(['40P01', '40001', '55P03']);
const ATTEMPTS_MAX = 60;
const PAUSE_MS_MAX = 1_000;

/**
 * Does again what PostgreSQL ended because others hold what it needs and need what it holds, after a pause of no certain
 * length. For what a replica does at its start, which must not end the replica; `work` is one transaction, or may be repeated.
 * @throws whatever is no collision, and the collision of the last attempt, about half a minute later
 */
export async function retryCollisions<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isCollision(error) || attempt === ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(100 * attempt, PAUSE_MS_MAX)));
    }
  }
}

function isCollision(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && COLLISIONS.has(error.code);
}
