const DAY_MS = 86_400_000;

/** Rows of two tenants as the reorder-service writes them: low, empty and doubtful bins, open, late and closed orders. */
export function sampleRecords(nowMs: number): string[] {
  return [tenantRecords('demo', nowMs), tenantRecords('other', nowMs)].flat();
}

function tenantRecords(tenantId: string, nowMs: number): string[] {
  return [
    ...catalogueRecords(tenantId, nowMs),
    ...stockRecords(tenantId, nowMs),
    ...orderRecords(tenantId, nowMs),
    ...recordsForPeople(tenantId, nowMs),
  ];
}

function catalogueRecords(tenantId: string, nowMs: number): string[] {
  const bin = (binId: string, itemId: string): string =>
    `insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id)
     values ('${tenantId}', 'plant-1', '${binId}', 'Bin ${binId}', 'aisle-1', '${itemId}')`;
  const sensor = (deviceId: string, binId: string): string =>
    `insert into bin_sensor (tenant_id, site_id, device_id, bin_id, kind)
     values ('${tenantId}', 'plant-1', '${deviceId}', '${binId}', 'weight')`;
  return [
    `insert into tenant (tenant_id, name) values ('${tenantId}', 'Tenant ${tenantId}')`,
    `insert into site (tenant_id, site_id, name, time_zone, deliver_to)
     values ('${tenantId}', 'plant-1', 'Plant 1', 'Europe/Berlin', 'Gate 1')`,
    `insert into storage_location (tenant_id, site_id, location_id, name)
     values ('${tenantId}', 'plant-1', 'aisle-1', 'Aisle 1')`,
    `insert into supplier (tenant_id, supplier_id, name, endpoint, api_token, api_token_sha256)
     values ('${tenantId}', 'acme', 'Acme', 'http://127.0.0.1:1', 'token-${tenantId}', 'hash-${tenantId}')`,
    `insert into item (tenant_id, item_id, sku, name, unit) values
     ('${tenantId}', 'screw', 'M4', 'Screw M4', 'pcs'), ('${tenantId}', 'bolt', 'B8', 'Bolt M8', 'pcs')`,
    `insert into supplier_item (tenant_id, supplier_id, item_id, part_number, order_unit, pack_quantity, lead_time_days,
       price_breaks)
     values ('${tenantId}', 'acme', 'screw', 'A-1', 'pack', 10, 3, '[{"fromUnits": 1, "unitPriceCents": 250}]')`,
    bin('bin-1', 'screw'),
    bin('bin-2', 'bolt'),
    bin('bin-3', 'bolt'),
    sensor('scale-01', 'bin-1'),
    sensor('scale-02', 'bin-2'),
    sensor('scale-03', 'bin-3'),
    `insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, type, parameters, effective_from_ms,
       created_at_ms, created_by)
     values ('${tenantId}', 'p-1', 1, 'bin', 'plant-1', 'bin-1', 'MIN_MAX', '{"reorderPoint": 20, "orderUpTo": 60}',
       ${nowMs - DAY_MS}, ${nowMs - DAY_MS}, 'seed')`,
    `insert into item_location (tenant_id, site_id, bin_id, item_id, policy_id, policy_version, decision, because)
     values ('${tenantId}', 'plant-1', 'bin-1', 'screw', 'p-1', 1, 'wait', '80 is above the reorder point 20')`,
  ];
}

function stockRecords(tenantId: string, nowMs: number): string[] {
  const level = (binId: string, itemId: string, onHand: number, status: string): string =>
    `insert into stock_level (tenant_id, site_id, bin_id, item_id, on_hand, uncertainty, state, status, observed_at_ms,
       ledger_version)
     values ('${tenantId}', 'plant-1', '${binId}', '${itemId}', ${onHand}, 0.5, '{}', '${status}', ${nowMs}, 1)`;
  const state = (binId: string, quality: string, silentMs: number): string =>
    `insert into sensor_state (tenant_id, site_id, bin_id, last_reading_at_ms, quality, quality_since_ms)
     values ('${tenantId}', 'plant-1', '${binId}', ${nowMs - silentMs}, '${quality}', ${nowMs - 60_000})`;
  const movement = (sequence: number, binId: string, kind: string, change: number, after: number): string =>
    `insert into stock_movement (tenant_id, site_id, bin_id, item_id, kind, change, on_hand_after, at_ms, recorded_at_ms,
       gateway_id, outbox_id, sequence, revision, evidence)
     values ('${tenantId}', 'plant-1', '${binId}', '${binId === 'bin-1' ? 'screw' : 'bolt'}', '${kind}', ${change}, ${after},
       ${nowMs - (10 - sequence) * 600_000}, ${nowMs}, 'gw-1', '${tenantId}-outbox', ${sequence}, 0, '{}')`;
  return [
    level('bin-1', 'screw', 80, 'OK'),
    level('bin-2', 'bolt', 0, 'OUT_OF_STOCK'),
    state('bin-1', 'good', 1_000),
    state('bin-2', 'stale', 2 * 3_600_000),
    movement(1, 'bin-1', 'CONSUMPTION', -10, 60),
    movement(2, 'bin-1', 'RECEIPT', 40, 100),
    movement(3, 'bin-1', 'CONSUMPTION', -20, 80),
    movement(4, 'bin-2', 'CONSUMPTION', -5, 0),
    movement(5, 'bin-1', 'ADJUSTMENT', 1, 81),
    movement(6, 'bin-1', 'UNEXPLAINED', -1, 80),
  ];
}

function orderRecords(tenantId: string, nowMs: number): string[] {
  const order = (number: number, columns: Readonly<Record<string, string | number>>): string[] => {
    const orderId = `00000000-0000-4000-8000-${(tenantId === 'demo' ? 0 : 100) + number}`.padEnd(36, '0');
    const all = {
      order_id: `'${orderId}'`,
      tenant_id: `'${tenantId}'`,
      site_id: `'plant-1'`,
      supplier_id: `'acme'`,
      order_number: `'PO-${number}'`,
      sentence: `'Because the bin is low.'`,
      amount_cents: 12_300,
      created_at_ms: nowMs - 3_600_000,
      ...columns,
    };
    const received = 'closed_at_ms' in columns ? 40 : 0;
    return [
      `insert into purchase_order (${Object.keys(all).join(', ')}) values (${Object.values(all).join(', ')})`,
      `insert into purchase_order_line (order_id, line_number, tenant_id, site_id, bin_id, item_id, part_number,
         description, order_unit, stock_units_per_order_unit, ordered_quantity, received_quantity, open)
       values ('${orderId}', 1, '${tenantId}', 'plant-1', 'bin-1', 'screw', 'A-1', 'Screws', 'pack', 10, 40, ${received},
         ${received === 0})`,
      `insert into order_event (order_id, tenant_id, at_ms, status, event, actor)
       values ('${orderId}', '${tenantId}', ${nowMs - 3_000_000}, ${columns['status']}, 'changed', 'system')`,
    ];
  };
  const sentAtMs = nowMs - 3_500_000;
  return [
    ...order(1, { status: `'PENDING_APPROVAL'` }),
    ...order(2, { status: `'SENT'`, sent_at_ms: sentAtMs, due_at_ms: nowMs - 60_000, attention: `'late'` }),
    ...order(3, {
      status: `'CLOSED'`,
      sent_at_ms: sentAtMs,
      acknowledged_at_ms: sentAtMs + 5_000,
      due_at_ms: nowMs,
      closed_at_ms: nowMs - 100_000,
    }),
    `insert into message_outbox (tenant_id, site_id, channel, recipient, payload, created_at_ms, attempts,
       next_attempt_at_ms, last_error)
     values ('${tenantId}', 'plant-1', 'supplier', 'acme', '{}', ${nowMs - 45 * 60_000}, 3, ${nowMs + 60_000}, 'refused')`,
  ];
}

/** What waits for somebody: lots, alerts, counts, parked readings, a budget and a truck. */
function recordsForPeople(tenantId: string, nowMs: number): string[] {
  const lot = (number: string, expiresAtMs: number): string =>
    `insert into stock_lot (tenant_id, site_id, bin_id, item_id, lot_number, expires_at_ms, received_at_ms,
       received_quantity, source, reference, remaining_quantity, recorded_by)
     values ('${tenantId}', 'plant-1', 'bin-1', 'screw', '${number}', ${expiresAtMs}, ${nowMs - DAY_MS}, 50, 'manual', 'r',
       30, 'seed')`;
  const draftId = `00000000-0000-4000-8000-${tenantId === 'demo' ? 9 : 109}`.padEnd(36, '0');
  return [
    lot('L-1', nowMs - DAY_MS),
    lot('L-2', nowMs + 5 * DAY_MS),
    `insert into alert (tenant_id, site_id, kind, subject, severity, title, detail, bin_id, raised_at_ms, last_seen_at_ms)
     values ('${tenantId}', 'plant-1', 'stock-out', 'bin-2', 'critical', 'Bolt M8 is out of stock', 'Nothing is on order',
       'bin-2', ${nowMs - 2 * DAY_MS}, ${nowMs})`,
    `insert into counting_task (tenant_id, site_id, bin_id, reason, opened_at_ms)
     values ('${tenantId}', 'plant-1', 'bin-2', 'the sensor is stale', ${nowMs - DAY_MS})`,
    `insert into parked_reading (tenant_id, site_id, gateway_id, outbox_id, sequence, device_id, reason, reading,
       parked_at_ms)
     values ('${tenantId}', 'plant-1', 'gw-1', '${tenantId}-outbox', 99, 'scale-99', 'unknown-device', '{}', ${nowMs})`,
    `insert into budget (tenant_id, budget_id, site_id, monthly_cents) values ('${tenantId}', 'plant', 'plant-1', 50000)`,
    `update supplier set truck = '{"minValue": 500, "minUnits": 10, "cutOff": "10:00", "waitHoursMax": 72}'
     where tenant_id = '${tenantId}'`,
    `insert into purchase_order (order_id, tenant_id, site_id, supplier_id, order_number, sentence, amount_cents, status,
       created_at_ms, gather_until_ms)
     values ('${draftId}', '${tenantId}', 'plant-1', 'acme', 'PO-9', 'Because the bin is low.', 20000, 'DRAFT', ${nowMs},
       ${nowMs + DAY_MS})`,
    `insert into purchase_order_line (order_id, line_number, tenant_id, site_id, bin_id, item_id, part_number,
       description, order_unit, stock_units_per_order_unit, ordered_quantity, received_quantity, open, unit_price_cents)
     values ('${draftId}', 1, '${tenantId}', 'plant-1', 'bin-1', 'screw', 'A-1', 'Screws', 'pack', 10, 80, 0, true, 2500)`,
  ];
}
