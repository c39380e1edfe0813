import type { components, paths } from './generated/schema';

type Schemas = components['schemas'];

/** What the body of this request holds. */
type Body<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { 'application/json': infer Content } } };
}
  ? Content
  : never;

export type Alert = Schemas['Alert'];
/** A channel, and whether what is sent there arrives. */
export type AlertChannel = Schemas['AlertChannelStanding'];
export type AnnouncedMove = Schemas['AnnouncedMove'];
export type ApprovalRule = Schemas['ApprovalRule'];
export type AuditEntry = Schemas['AuditEntry'];
export type BinDetail = Schemas['BinDetail'];
export type BinForecast = Schemas['BinForecast'];
export type BinPolicy = Schemas['BinPolicy'];
export type Budget = Schemas['Budget'];
/** Why an order is called off, and what becomes of the need. */
export type CallOffOrder = Body<'/api/v1/orders/{orderId}/cancel'>;
export type UrgeOrder = Body<'/api/v1/orders/{orderId}/urge'>;
export type CloseOrder = Body<'/api/v1/orders/{orderId}/close'>;
export type CountingTask = Schemas['CountingTask'];
export type CurrentUser = Schemas['CurrentUser'];
export type EditOrder = paths['/api/v1/orders/{orderId}']['patch']['requestBody']['content']['application/json'];
export type EventDelivery = Schemas['EventDelivery'];
export type EventSubscription = Schemas['EventSubscription'];
export type ImportResult = paths['/api/v1/import/{kind}']['post']['responses']['200']['content']['application/json'];
export type Lot = Schemas['Lot'];
export type EffectivePolicy = Schemas['EffectivePolicy'];
export type Gateway =
  paths['/api/v1/gateways']['get']['responses']['200']['content']['application/json']['items'][number];
export type Kpis = Schemas['Kpis'];
export type KpiStep = Schemas['KpiStep'];
export type Movement = Schemas['Movement'];
export type OrderDetail = Schemas['OrderDetail'];
export type OrderLine = Schemas['OrderLine'];
export type OrderProof = Schemas['OrderProof'];
export type OrderStatus = Schemas['OrderSummary']['status'];
export type OrderSummary = Schemas['OrderSummary'];
export type ParkedGroup = Schemas['ParkedGroup'];
export type Person = Schemas['Person'];
export type PolicyPreview = Schemas['PolicyPreview'];
export type PolicySuggestion = Schemas['PolicySuggestion'];
export type PolicyVersion = Schemas['PolicyVersion'];
export type PutPolicy = paths['/api/v1/policies']['put']['requestBody']['content']['application/json'];
export type PolicyScope = PutPolicy['scope'];
export type Problem = Schemas['Problem'];
export type Receipt = Schemas['Receipt'];
export type ReceivedLine = Body<'/api/v1/orders/{orderId}/receipts'>['lines'][number];
export type Reservation = Schemas['Reservation'];
export type StockItem = Schemas['StockItem'];
export type StockStatus = StockItem['status'];
export type StreamEvent = Schemas['StreamEvent'];
export type StockEvent = Extract<StreamEvent, { type: 'stock' }>['event'];
export type Role = Schemas['Role'];
export type SupplierKpis = Schemas['SupplierKpis'];
export type TelemetrySeries = Schemas['TelemetrySeries'];
