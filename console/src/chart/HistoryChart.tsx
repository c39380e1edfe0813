import { useElementSize } from '@mantine/hooks';
import { useId, useState, type PointerEvent } from 'react';

import { describeTime } from '../time/describe-age';
import classes from './HistoryChart.module.css';
import { bandPath, linePaths, nearestIndex, type BandPoint, type Point } from './paths';
import { niceTicks, timeTicks } from './scale';

const HEIGHT_PX = 220;
const MARGIN = { top: 12, right: 12, bottom: 26, left: 46 };
const PX_PER_TIME_TICK = 90;
/** Half of the widest one: the last one must not be cut off at the edge. */
const TIME_TICK_HALF_PX = 30;

export interface HistoryChartProps {
  /** In time order; null is a gap and stays one. */
  points: readonly Point[];
  fromMs: number;
  toMs: number;
  unit: string;
  /** What is drawn, for those who do not see it. */
  label: string;
  /** Levels hold until the next change; measured values are joined. */
  shape: 'steps' | 'line';
  marks?: readonly { value: number; label: string }[];
  /** Between these the truth probably is; in time order. */
  band?: readonly BandPoint[];
}

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DAY_MS = 86_400_000;

/** A value over time, small and without a library. The pointer, or the arrow keys, tell single values. */
export function HistoryChart(props: HistoryChartProps) {
  const { points, fromMs, toMs, unit, label, shape, marks = [], band = [] } = props;
  const { ref, width } = useElementSize();
  const [chosen, setChosen] = useState<number | null>(null);
  const titleId = useId();
  const innerWidth = Math.max(1, width - MARGIN.left - MARGIN.right);
  const innerHeight = HEIGHT_PX - MARGIN.top - MARGIN.bottom;
  const values = [
    ...points.flatMap(([, value]) => (value === null ? [] : [value])),
    ...marks.map(({ value }) => value),
    ...band.map(({ high }) => high),
  ];
  const ticks = niceTicks(Math.min(0, ...values), Math.max(...values, 1), 4);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const x = (atMs: number): number => MARGIN.left + ((atMs - fromMs) / (toMs - fromMs)) * innerWidth;
  const y = (value: number): number => MARGIN.top + (1 - (value - low) / (high - low)) * innerHeight;
  const point = chosen === null ? undefined : points[chosen];

  const choose = (event: PointerEvent<SVGSVGElement>): void => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const atMs = fromMs + ((event.clientX - left - MARGIN.left) / innerWidth) * (toMs - fromMs);
    setChosen(nearestIndex(points, atMs));
  };
  const step = (by: number): void => {
    setChosen((now) => Math.min(points.length - 1, Math.max(0, (now ?? points.length) + by)));
  };

  return (
    <figure ref={ref} className={classes['figure']}>
      <svg
        width="100%"
        height={HEIGHT_PX}
        role="img"
        aria-labelledby={titleId}
        tabIndex={0}
        onPointerMove={choose}
        onPointerDown={choose}
        onPointerLeave={() => setChosen(null)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') step(-1);
          else if (event.key === 'ArrowRight') step(1);
        }}
      >
        <title id={titleId}>{label}</title>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className={classes['grid']} x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
            <text className={classes['tick']} x={MARGIN.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
              {number.format(tick)}
            </text>
          </g>
        ))}
        {timeTicks(fromMs, toMs, Math.max(2, innerWidth / PX_PER_TIME_TICK)).map((atMs) => (
          <text
            key={atMs}
            className={classes['tick']}
            x={Math.min(x(atMs), width - TIME_TICK_HALF_PX)}
            y={HEIGHT_PX - 6}
            textAnchor="middle"
          >
            {toMs - fromMs > 2 * DAY_MS ? day.format(atMs) : hour.format(atMs)}
          </text>
        ))}
        {marks.map((mark) => (
          <g key={mark.label}>
            <line
              className={classes['mark']}
              x1={MARGIN.left}
              x2={width - MARGIN.right}
              y1={y(mark.value)}
              y2={y(mark.value)}
            />
            <text className={classes['markLabel']} x={width - MARGIN.right} y={y(mark.value) - 5} textAnchor="end">
              {mark.label}
            </text>
          </g>
        ))}
        {band.length > 1 ? <path className={classes['band']} d={bandPath(band, { x, y })} /> : null}
        {linePaths(points, { x, y, shape, baseline: y(low), endX: x(toMs) }).map(({ line, area }, index) => (
          <g key={index}>
            {band.length > 1 ? null : <path className={classes['area']} d={area} />}
            <path className={classes['line']} d={line} />
          </g>
        ))}
        {point && point[1] !== null ? (
          <g>
            <line className={classes['cursor']} x1={x(point[0])} x2={x(point[0])} y1={MARGIN.top} y2={y(low)} />
            <circle className={classes['dot']} cx={x(point[0])} cy={y(point[1])} r={4} />
          </g>
        ) : null}
      </svg>
      <figcaption className={classes['reading']} aria-live="polite">
        {point
          ? `${describeTime(point[0])}: ${point[1] === null ? 'no readings' : `${number.format(point[1])} ${unit}`}${bandWords(band[chosen ?? -1])}`
          : ' '}
      </figcaption>
    </figure>
  );
}

function bandWords(at: BandPoint | undefined): string {
  return at ? `, probably ${number.format(at.low)} to ${number.format(at.high)}` : '';
}
