import type { MovementKind } from '@shelfwire/contract';

import {
  compareKeys,
  EMPTY_STATE,
  type BinState,
  type Observation,
  type ObservationKey,
  type Step,
} from './bin-state.ts';
import { foldObservations, kindOfCause } from './ledger.ts';
import type { NewCheckpoint, NewMovement } from './write-ledger.ts';

export interface LateResult {
  state: BinState | undefined;
  observedAtMs: number;
  movements: NewMovement[];
  checkpoints: NewCheckpoint[];
}

/**
 * The kind of goods that went up or down and are booked nowhere yet (`change` of them): RECEIPT if an open order explains
 * them, TRANSFER or RETURN if a person has announced it.
 */
export type KindOfStep = (step: Step) => MovementKind;

export interface Booked {
  change: number;
  revision: number;
  kind: MovementKind;
}

/** What the ledger knows of a bin from a moment on. */
export interface KnownFrom {
  /** The last step before that moment. */
  start: { state: BinState; atMs: number } | undefined;
  /** Every observation known from that moment on, in any order; earlier ones do no harm. */
  observations: readonly Observation[];
  /** What was booked since, by `keyText`. */
  booked: ReadonlyMap<string, Booked>;
}

/**
 * Puts observations that came late where they belong: folds the bin's observations again from there, and books the
 * difference to what was booked as further revisions of the same movements. What was written stays written; the sums
 * by reading become what they had been, had everything come in order. Pure.
 */
export function replayLate(
  bin: { binId: string; itemId: string },
  arrived: readonly Observation[],
  known: KnownFrom,
  kindOfStep: KindOfStep,
): LateResult {
  const first = earliest(arrived);
  const { start, booked } = known;
  const all = [...known.observations, ...arrived].filter((each) => compareKeys(each, first) >= 0).sort(compareKeys);
  const steps = foldObservations(start?.state ?? EMPTY_STATE, all);
  const kinds = kindsOf(steps, booked, kindOfStep);
  const last = steps.at(-1);
  return {
    state: last?.state ?? start?.state,
    observedAtMs: last?.observation.atMs ?? start?.atMs ?? first.atMs,
    movements: differences(bin, steps, kinds, booked, start?.state.onHand ?? 0),
    checkpoints: steps.map((step, index) => ({
      ...keyOf(step.observation),
      binId: bin.binId,
      kind: kinds[index] ?? 'UNEXPLAINED',
      state: step.state,
    })),
  };
}

export function earliest<Key extends ObservationKey>(keys: readonly Key[]): Key {
  const [first] = [...keys].sort(compareKeys);
  if (!first) throw new RangeError('no observation arrived');
  return first;
}

/** Goods booked on a step up that is gone now, or smaller: they rose at another moment, and stay what they were. */
interface MovedGoods {
  kind: MovementKind;
  quantity: number;
}

/**
 * A step up that was booked before keeps its kind, and so do goods that were booked on another step: an order has
 * received them already. Only what nobody has booked yet is asked of `kindOfStep`, the newest step first.
 */
function kindsOf(steps: readonly Step[], booked: ReadonlyMap<string, Booked>, kindOfStep: KindOfStep): MovementKind[] {
  const moved = movedGoods(steps, booked);
  const kinds: MovementKind[] = [];
  for (const step of [...steps].reverse()) {
    kinds.unshift(kindOfCause(step.cause) ?? bookedKind(step, booked) ?? newKind(step, moved, kindOfStep));
  }
  return kinds;
}

function newKind(step: Step, moved: MovedGoods[], kindOfStep: KindOfStep): MovementKind {
  if (step.change <= 0) return kindOfStep(step);
  let inherited: MovementKind | undefined;
  let rest = step.change;
  for (const goods of moved) {
    const taken = Math.min(goods.quantity, rest);
    if (taken <= 0) continue;
    goods.quantity -= taken;
    rest -= taken;
    inherited ??= goods.kind;
  }
  if (rest <= 0 && inherited) return inherited;
  const kind = kindOfStep({ ...step, change: rest });
  return inherited === 'RECEIPT' ? inherited : kind;
}

/** Newest first. */
function movedGoods(steps: readonly Step[], booked: ReadonlyMap<string, Booked>): MovedGoods[] {
  const now = new Map(steps.map((step) => [keyText(step.observation), step]));
  const stillThere = (text: string, kind: MovementKind): number => {
    const step = now.get(text);
    // A receipt that turns out to be stock put back: its goods are the ones that came before.
    return step?.cause === 'up' || (step?.cause === 'back' && kind !== 'RECEIPT') ? step.change : 0;
  };
  return [...booked]
    .map(([text, { kind, change }]) => ({ text, kind, quantity: change - stillThere(text, kind) }))
    .filter(({ kind, quantity }) => isUp(kind) && quantity > 0)
    .sort((a, b) => compareKeys(parseKeyText(b.text), parseKeyText(a.text)));
}

function bookedKind(step: Step, booked: ReadonlyMap<string, Booked>): MovementKind | undefined {
  const before = booked.get(keyText(step.observation));
  if (!before || Math.sign(before.change) !== Math.sign(step.change)) return undefined;
  return (step.change > 0 ? isUp(before.kind) : isDown(before.kind)) ? before.kind : undefined;
}

function isDown(kind: MovementKind): boolean {
  return kind === 'CONSUMPTION' || kind === 'TRANSFER' || kind === 'RETURN';
}

function isUp(kind: MovementKind): boolean {
  return kind === 'RECEIPT' || kind === 'RETURN' || kind === 'UNEXPLAINED' || kind === 'TRANSFER';
}

function differences(
  bin: { binId: string; itemId: string },
  steps: readonly Step[],
  kinds: readonly MovementKind[],
  booked: ReadonlyMap<string, Booked>,
  onHandBefore: number,
): NewMovement[] {
  const movements: NewMovement[] = [];
  const left = new Map(booked);
  for (const [index, step] of steps.entries()) {
    const before = left.get(keyText(step.observation));
    left.delete(keyText(step.observation));
    const change = step.change - (before?.change ?? 0);
    if (change === 0) continue;
    movements.push({
      ...keyOf(step.observation),
      ...bin,
      kind: kinds[index] ?? 'UNEXPLAINED',
      change,
      onHandAfter: step.state.onHand,
      revision: before ? before.revision + 1 : 0,
      evidence: evidenceOf(step, before),
    });
  }
  for (const [text, before] of left) {
    if (before.change === 0) continue;
    const key = parseKeyText(text);
    movements.push({
      ...key,
      ...bin,
      kind: before.kind,
      change: -before.change,
      onHandAfter: onHandAt(steps, key, onHandBefore),
      revision: before.revision + 1,
      evidence: { cause: 'corrected', because: 'a reading that came late shows that nothing changed here' },
    });
  }
  return movements;
}

function evidenceOf(step: Step, before: Booked | undefined): Record<string, unknown> {
  const { series, quantity, uncertainty } = step.observation;
  const because = before ? { because: 'a reading that came late shows this change in another light' } : { late: true };
  return { cause: step.cause, series, quantity, uncertainty, ...because };
}

function onHandAt(steps: readonly Step[], key: ObservationKey, before: number): number {
  let onHand = before;
  for (const step of steps) if (compareKeys(step.observation, key) <= 0) onHand = step.state.onHand;
  return onHand;
}

function keyOf(key: ObservationKey): ObservationKey {
  return { atMs: key.atMs, gatewayId: key.gatewayId, outboxId: key.outboxId, sequence: key.sequence };
}

export function keyText(key: ObservationKey): string {
  return JSON.stringify([key.atMs, key.gatewayId, key.outboxId, key.sequence]);
}

function parseKeyText(text: string): ObservationKey {
  const [atMs, gatewayId, outboxId, sequence] = JSON.parse(text) as [number, string, string, number];
  return { atMs, gatewayId, outboxId, sequence };
}
