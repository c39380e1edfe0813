/** Why nothing was received or sent back. */
export interface Refused {
  ok: false;
  code: 'NOT_FOUND' | 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND';
  detail: string;
}
