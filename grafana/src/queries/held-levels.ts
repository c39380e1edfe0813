import { inScope } from './sql.ts';

export const AT_IN_RANGE = 'at_ms between $__from and $__to';
export const RANGE_DAYS = '(($__to - $__from) / 86400000.0)';

/**
 * How long each level held within the chosen time. The level before the first movement is what that movement left less
 * its change; a bin without movements holds its level all the time.
 */
export const HELD = `
  move as (
    select tenant_id, site_id, bin_id, item_id, at_ms, on_hand_after, on_hand_after - change as before,
      row_number() over bin_time as place,
      lead(at_ms, 1, $__to::bigint) over bin_time as until_ms
    from stock_movement
    where ${inScope()} and item_id in ($item) and ${AT_IN_RANGE}
    window bin_time as (partition by tenant_id, site_id, bin_id order by at_ms, movement_id)),
  held as (
    select site_id, bin_id, item_id, before as on_hand, at_ms - $__from as ms from move where place = 1
    union all
    select site_id, bin_id, item_id, on_hand_after, until_ms - at_ms from move
    union all
    select l.site_id, l.bin_id, l.item_id, l.on_hand, $__to - $__from from stock_level l
    where ${inScope('l')} and l.item_id in ($item)
      and not exists (select from move m where m.site_id = l.site_id and m.bin_id = l.bin_id))`;
