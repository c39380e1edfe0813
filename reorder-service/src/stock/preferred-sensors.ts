import { sumOf, withValue, without, type BinState, type Observation, type Preference, type Step } from './bin-state.ts';
import { moved } from './put-back.ts';
import { newsOf, type News } from './series-news.ts';

const NO_PREFERENCE: Preference = { ranks: {}, offsets: {}, believed: null };

/**
 * A bin whose sensors look at the same goods: the first in the catalogue's order that is well is believed, the others
 * are its witnesses. What a witness says moves nothing; where it contradicts beyond what both may be wrong by, the
 * state says since when. A sensor that takes over because a better one is in doubt goes on from the level as it is, if
 * it agrees with it; the better one, when it is well again, says its own.
 */
export function observePreferred(state: BinState, observation: Observation, rank: number): Step | undefined {
  // What was added up before means nothing for a preference.
  const ranked = state.preference ? state : without(state, () => true);
  const { series, doubt } = observation;
  if (doubt) {
    if (ranked.values[series] === undefined || ranked.doubted.includes(series)) return undefined;
    const doubted = { ...ranked, doubted: [...ranked.doubted, series] };
    return settle(state, doubted, observation, { kind: 'doubted' });
  }
  const known = ranked.preference?.ranks[series];
  if (known !== undefined && known !== rank) return reorder(state, observation, rank);
  const preference = ranked.preference ?? NO_PREFERENCE;
  // A replaced device is one of the same rank: the other ranks are there by design.
  const ofRank = without(ranked, (each) => preference.ranks[each] !== rank && each !== series);
  const news = newsOf(ofRank, observation);
  if (!news) return undefined;
  const replaced = without(ranked, (each) => preference.ranks[each] === rank && news.replaces(each));
  const valued = withValue(replaced, observation, news.value);
  const ranks = { ...valued.preference?.ranks, [series]: rank };
  const next = { ...valued, counted: false, bias: 0, preference: { ...preference, ranks } };
  const offsets = { ...preference.offsets };
  if (news.kind === 'taught') offsets[rank] = state.onHand - heldBy(next, rank);
  if (news.kind === 'recalibrated') delete offsets[rank];
  return settle(state, { ...next, preference: { ...next.preference, offsets } }, observation, news, rank);
}

/** The catalogue has put the sensors in another order: they all begin anew. */
function reorder(state: BinState, observation: Observation, rank: number): Step {
  const value = Math.round(observation.quantity);
  const alone = withValue(
    without(state, () => true),
    observation,
    value,
  );
  const preference = { ranks: { [observation.series]: rank }, offsets: {}, believed: rank };
  const onHand = Math.max(0, value);
  const { uncertainty } = observation;
  return {
    observation,
    cause: 'recalibrated',
    change: onHand - state.onHand,
    state: { ...alone, onHand, uncertainty, bias: 0, counted: false, taken: [], preference },
  };
}

/** A count teaches every sensor that is well; one in doubt is taught when it is well again. */
export function countPreferred(state: BinState, quantity: number): BinState {
  const preference = state.preference ?? NO_PREFERENCE;
  const inDoubt = new Set(ranksOf(state).filter((rank) => isDoubted(state, rank)));
  const untaught = Object.keys(state.values).filter((series) => inDoubt.has(preference.ranks[series] ?? 0));
  const rest = without(state, (series) => untaught.includes(series));
  const well = ranksOf(rest);
  const offsets = Object.fromEntries(well.map((rank) => [rank, quantity - heldBy(rest, rank)]));
  const believed = well[0] ?? null;
  return {
    ...rest,
    bias: believed === null ? quantity : 0,
    counted: believed === null,
    untaught: believed === null ? [] : [...new Set([...rest.untaught, ...untaught])],
    preference: { ranks: rest.preference?.ranks ?? {}, offsets, believed },
  };
}

function settle(
  before: BinState,
  after: BinState,
  observation: Observation,
  news: News | { kind: 'doubted' },
  rank?: number,
): Step {
  const was = before.preference?.believed ?? null;
  const preference = after.preference ?? NO_PREFERENCE;
  const offsets = { ...preference.offsets };
  const levelOf = (each: number): number => heldBy(after, each) + (offsets[each] ?? 0);
  const ranks = ranksOf(after);
  const well = ranks.filter((each) => !isDoubted(after, each));
  const believed = well[0] ?? ranks.find((each) => each === was) ?? ranks[0] ?? null;
  let level = believed === null ? before.onHand : levelOf(believed);
  const takesOver = was !== null && believed !== was;
  if (believed !== null && takesOver && believed > was) {
    const gap = before.onHand - level;
    if (Math.abs(gap) <= slackOf(after, believed) + slackOf(before, was)) {
      offsets[believed] = (offsets[believed] ?? 0) + gap;
      level = before.onHand;
    }
  }
  const contradicts = (each: number): boolean =>
    believed !== null &&
    each !== believed &&
    Math.abs(levelOf(each) - levelOf(believed)) > slackOf(after, each) + slackOf(after, believed);
  const disagreeing = believed !== null && well.includes(believed) && well.some(contradicts);
  const since = disagreeing ? (before.preference?.disagreeingSinceMs ?? observation.atMs) : undefined;
  const onHand = Math.max(0, level);
  const { cause, taken } = causeOf(before, observation, news, { takesOver, isBelieved: rank === believed, was });
  const state = {
    ...after,
    onHand,
    taken,
    uncertainty: believed === null ? 0 : sumOf(ofRank(after, believed, after.uncertainties)),
    preference: {
      ranks: preference.ranks,
      offsets,
      believed,
      ...(since === undefined ? {} : { disagreeingSinceMs: since }),
    },
  };
  return { observation, state, cause, change: onHand - before.onHand };
}

function causeOf(
  before: BinState,
  observation: Observation,
  news: News | { kind: 'doubted' },
  at: { takesOver: boolean; isBelieved: boolean; was: number | null },
): Pick<Step, 'cause'> & Pick<BinState, 'taken'> {
  const { taken } = before;
  if (news.kind === 'taught') return { cause: 'count', taken };
  if (at.takesOver || news.kind === 'recalibrated') return { cause: 'recalibrated', taken: [] };
  if (news.kind === 'doubted') return { cause: 'doubted', taken };
  if (!at.isBelieved) return { cause: 'witness', taken };
  if (at.was === null || (news.kind === 'new' && news.value === 0)) return { cause: 'first', taken };
  if (news.kind === 'new') return { cause: 'up', taken };
  if (news.kind !== 'moved') return { cause: 'trusted', taken };
  return moved(before, observation, news.known, news.value);
}

function ranksOf({ values, preference }: BinState): number[] {
  const ranks = new Set<number>();
  for (const series in values) ranks.add(preference?.ranks[series] ?? 0);
  return [...ranks].sort((a, b) => a - b);
}

function ofRank(state: BinState, rank: number, of: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(of).filter(([series]) => state.preference?.ranks[series] === rank));
}

function heldBy(state: BinState, rank: number): number {
  return sumOf(ofRank(state, rank, state.values));
}

function isDoubted({ doubted, preference }: BinState, rank: number): boolean {
  return doubted.some((series) => preference?.ranks[series] === rank);
}

/**
 * By how much what we keep of a sensor may differ from the truth: its uncertainty, and as much again beyond the half
 * piece of rounding, because the kept value follows only when a change exceeds that. So sensors that all measure right
 * never contradict each other.
 */
function slackOf(state: BinState, rank: number): number {
  let slack = 0;
  for (const uncertainty of Object.values(ofRank(state, rank, state.uncertainties))) slack += 2 * uncertainty + 0.5;
  return slack;
}
