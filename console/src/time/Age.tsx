import { describeAge, describeTime } from './describe-age';
import { useNow } from './use-now';

/** How long ago something was, ticking; the exact time is its title. */
export function Age({ atMs }: { atMs: number }) {
  const nowMs = useNow();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={describeTime(atMs)}>
      {describeAge(atMs, nowMs)}
    </time>
  );
}
