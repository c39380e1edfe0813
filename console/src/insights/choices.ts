/** How far back the figures look, in days. */
export const RANGE_DAYS = [7, 30, 90, 365] as const;

/** What a forecast is asked for until somebody chooses: the share of cycles without a shortage, and days between orders. */
export const WISH_DEFAULT = { target: 0.95, cycleDays: 14 };
