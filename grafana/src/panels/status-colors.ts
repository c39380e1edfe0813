import { stockStatusSchema, type StockStatus } from '@shelfwire/contract';
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

const STATUS_COLORS: Readonly<Record<StockStatus, string>> = {
  OUT_OF_STOCK: 'red',
  BELOW_SAFETY: 'orange',
  BELOW_REORDER: 'yellow',
  OK: 'green',
  OVERSTOCK: 'purple',
  DEAD: 'dark-purple',
  UNKNOWN: 'blue',
};

/** The same colour for the same status everywhere. The text stays: colour alone is not enough. */
export const STOCK_STATUS_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      stockStatusSchema.options.map((status, index) => [status, { text: status, color: STATUS_COLORS[status], index }]),
    ),
  },
];
