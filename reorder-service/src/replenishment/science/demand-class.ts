import { demandsOf } from './intermittent.ts';

export type DemandClass = 'none' | 'smooth' | 'erratic' | 'intermittent' | 'lumpy';

export interface DemandProfile {
  /** Average demand interval: periods per period with demand. */
  adi: number;
  /** Squared coefficient of variation of the demand sizes. */
  cv2: number;
  demandClass: DemandClass;
}

/** Syntetos, Boylan and Croston (2005). */
const ADI_LIMIT = 1.32;
const CV2_LIMIT = 0.49;

/** What kind of demand it is, which says how to forecast it. One demand has no variation yet. */
export function classify(series: readonly number[]): DemandProfile {
  const { sizes, intervals } = demandsOf(series);
  if (sizes.length === 0) return { adi: Infinity, cv2: 0, demandClass: 'none' };
  const mean = sizes.reduce((sum, each) => sum + each, 0) / sizes.length;
  const squares = sizes.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const cv2 = squares / Math.max(1, sizes.length - 1) / mean ** 2;
  const adi = intervals.reduce((sum, each) => sum + each, 0) / intervals.length;
  const often = adi <= ADI_LIMIT;
  const even = cv2 <= CV2_LIMIT;
  return { adi, cv2, demandClass: often ? (even ? 'smooth' : 'erratic') : even ? 'intermittent' : 'lumpy' };
}
