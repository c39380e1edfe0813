import { describeAge } from '../time/describe-age';
import { useNow } from '../time/use-now';
import { useLiveState } from '../live/LiveProvider';
import classes from './LiveIndicator.module.css';

/** Whether changes arrive by themselves, and if not, since when. */
export function LiveIndicator() {
  const live = useLiveState();
  const nowMs = useNow();
  if (live.state === 'off') return null;
  const since =
    live.state === 'reconnecting' && live.lastHeardAtMs !== null
      ? ` · last heard ${describeAge(live.lastHeardAtMs, nowMs)}`
      : '';
  const label = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' }[live.state];
  return (
    <span className={classes['indicator']} data-state={live.state} data-testid="live-state">
      <span className={classes['dot']} aria-hidden />
      <span role="status">{label}</span>
      <span className={classes['since']}>{since}</span>
    </span>
  );
}
