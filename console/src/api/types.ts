import type { components, paths } from './generated/schema';

type Schemas = components['schemas'];

export type BinDetail = Schemas['BinDetail'];
/** Why an order is called off, and what becomes of the need. */
export type CallOffOrder =
  paths['/api/v1/orders/{orderId}/cancel']['post']['requestBody']['content']['application/json'];
export type CountingTask = Schemas['CountingTask'];
export type CurrentUser = Schemas['CurrentUser'];
export type Movement = Schemas['Movement'];
export type OrderDetail = Schemas['OrderDetail'];
export type OrderLine = Schemas['OrderLine'];
export type OrderProof = Schemas['OrderProof'];
export type OrderStatus = Schemas['OrderSummary']['status'];
export type OrderSummary = Schemas['OrderSummary'];
export type Problem = Schemas['Problem'];
export type StockItem = Schemas['StockItem'];
export type StockStatus = StockItem['status'];
export type StreamEvent = Schemas['StreamEvent'];
export type StockEvent = Extract<StreamEvent, { type: 'stock' }>['event'];
export type TelemetrySeries = Schemas['TelemetrySeries'];
