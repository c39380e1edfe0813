import 'reflect-metadata';
import type { Role, RouteName } from '@shelfwire/contract/api';
import { API_ROUTES } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { rolesOf } from './access-guard.ts';
import { routeOf } from './contract-route.ts';
import { HttpModule } from './http.module.ts';
import type { HttpOptions } from './http-options.ts';

/** The customer's own people: suppliers, who are people of another firm, are not among them. */
const OWN: readonly Role[] = ['admin', 'buyer', 'operator', 'viewer'];
/** Who works in the storeroom or orders for it. */
const AT_WORK: readonly Role[] = ['admin', 'buyer', 'operator'];
const BUYERS: readonly Role[] = ['admin', 'buyer'];
const STORES: readonly Role[] = ['admin', 'operator'];
const ADMINS: readonly Role[] = ['admin'];
const SUPPLIERS: readonly Role[] = ['supplier'];

/**
 * Who may call what, said a second time and beside the code: a role that is lost or added there is seen here. `everybody`
 * is for routes that show a supplier only what concerns it, and for those with a login of their own.
 */
const WHO: Readonly<Record<RouteName, readonly Role[] | 'everybody'>> = {
  listAlerts: OWN,
  acknowledgeAlert: AT_WORK,
  getAlertChannels: ADMINS,
  putAlertChannels: ADMINS,
  putAlertChannel: ADMINS,
  deleteAlertChannel: ADMINS,
  testAlertChannels: ADMINS,
  listApprovalRules: OWN,
  putApprovalRule: ADMINS,
  deleteApprovalRule: ADMINS,
  testApprovalRules: OWN,
  listBudgets: OWN,
  putBudget: ADMINS,
  deleteBudget: ADMINS,
  login: 'everybody',
  changePassword: 'everybody',
  currentUser: 'everybody',
  listEventSubscriptions: ADMINS,
  putEventSubscription: ADMINS,
  deleteEventSubscription: ADMINS,
  rotateEventSecret: ADMINS,
  testEventSubscription: ADMINS,
  listEventDeliveries: ADMINS,
  replayEvents: ADMINS,
  listGateways: ADMINS,
  issueGatewayLogin: ADMINS,
  removeGateway: ADMINS,
  importMasterData: ADMINS,
  exportStock: OWN,
  exportMovements: OWN,
  exportOrders: OWN,
  approveOrder: AT_WORK,
  retryOrder: BUYERS,
  declineOrder: BUYERS,
  cancelOrder: BUYERS,
  editOrder: BUYERS,
  urgeOrder: AT_WORK,
  closeOrder: BUYERS,
  acceptOrderChange: BUYERS,
  listOrders: 'everybody',
  getOrder: 'everybody',
  listSites: 'everybody',
  getSummary: 'everybody',
  getNames: OWN,
  listCountingTasks: OWN,
  listParkedGroups: OWN,
  settleParkedGroup: STORES,
  assignSensor: STORES,
  listPeople: ADMINS,
  invitePerson: ADMINS,
  changePerson: ADMINS,
  resetPassword: ADMINS,
  listAudit: ADMINS,
  listPolicies: OWN,
  putPolicy: BUYERS,
  listPolicySuggestions: OWN,
  declinePolicySuggestion: BUYERS,
  listEffectivePolicies: OWN,
  getBinPolicy: OWN,
  previewPolicy: OWN,
  snoozeBin: BUYERS,
  endSnooze: BUYERS,
  getForecast: 'everybody',
  getKpis: OWN,
  getKpiTrend: OWN,
  listSupplierKpis: OWN,
  listReceipts: 'everybody',
  receiveOrder: AT_WORK,
  scanReceipt: AT_WORK,
  confirmReceipt: AT_WORK,
  dismissReceipt: AT_WORK,
  listSupplierReturns: 'everybody',
  returnOrderGoods: AT_WORK,
  creditReturn: BUYERS,
  listReservations: OWN,
  reserve: AT_WORK,
  fulfilReservation: AT_WORK,
  releaseReservation: AT_WORK,
  listMoves: OWN,
  transfer: AT_WORK,
  returnGoods: AT_WORK,
  listBinLots: OWN,
  recordLot: AT_WORK,
  listExpiringLots: OWN,
  listConsignmentConsumption: 'everybody',
  listParkedReadings: OWN,
  replayParkedReading: STORES,
  discardParkedReading: STORES,
  listStock: 'everybody',
  getBin: 'everybody',
  countBin: AT_WORK,
  listMovements: OWN,
  acknowledgeOrder: SUPPLIERS,
  announceShipment: SUPPLIERS,
  answerCancellation: SUPPLIERS,
  answerUrging: SUPPLIERS,
  receiveOrderResponse: 'everybody',
  receiveDespatchAdvice: 'everybody',
  receiveUblDocument: 'everybody',
  receiveChangeAnswer: 'everybody',
  receiveCancellation: 'everybody',
};

const controllers = HttpModule.of({} as HttpOptions, []).controllers ?? [];
const handlers = controllers.flatMap(({ prototype }) =>
  Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Reflect.get(prototype as object, name);
    return typeof handler === 'function' && name !== 'constructor' ? [{ name, handler }] : [];
  }),
);

test('every route of the contract is open to the roles that are written down for it, and to no other', () => {
  const declared = handlers.flatMap(({ handler }) => {
    const route = routeOf(handler);
    return route ? [[route.name, rolesOf(handler) ?? 'everybody'] as const] : [];
  });
  expect(declared).toHaveLength(Object.keys(API_ROUTES).length);
  expect(Object.fromEntries(declared)).toEqual(WHO);
});

test('what is no route of the contract says for itself who may call it', () => {
  const others = handlers.filter(({ handler }) => !routeOf(handler) && Reflect.hasMetadata('path', handler));
  expect(Object.fromEntries(others.map(({ name, handler }) => [name, rolesOf(handler) ?? 'everybody']))).toEqual({
    openApi: 'everybody',
    // Its events are picked for whom they are sent to.
    stream: 'everybody',
    history: OWN,
    quarantine: ADMINS,
  });
});
