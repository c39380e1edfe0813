/** Line protocol of everything docs/telemetry-schema.md describes: six hours of one small site, one point a minute. */
export function sampleTelemetry(nowMs: number): string {
  const lines: string[] = [];
  for (let minute = 360; minute >= 0; minute -= 1) {
    const atNs = `${nowMs - minute * 60_000}000000`;
    const site = 'tenantId=demo,siteId=plant-1';
    const device = `${site},gatewayId=gw-1,deviceId=scale-01,sensorId=HX711`;
    const clock = minute % 7 === 0 ? 'corrected' : 'gateway';
    const quality = minute % 10 === 0 ? 'unstable' : 'good';
    const sequence = `sequence=${361 - minute}i`;
    const stock = { onHand: 100 - (minute % 40), onOrder: minute % 60 };
    const status = minute % 120 === 0 ? 'RECEIVED' : 'SENT';
    const counters = [
      'framesReceived',
      'readingsAppended',
      'readingsConfirmed',
      'framesRefused',
      'framesQuarantined',
      'readingsDropped',
    ]
      .map((name) => `${name}=${(360 - minute) * 60}i`)
      .join(',');
    lines.push(
      `reading,${device},kind=weight,quality=${quality} netGrams=${1_000 + minute}.5,stable=true,calibrationVersion=2i,clockQuality="${clock}",${sequence} ${atNs}`,
      `reading,${device},kind=level,quality=good fillRatio=0.5,distanceMm=400.0,clockQuality="gateway",${sequence} ${atNs}`,
      `reading,${device},kind=count,quality=good pieces=12i,clockQuality="gateway",${sequence} ${atNs}`,
      `device_health,${device},quality=good batteryRatio=0.8,linkDbm=-70.0,temperatureC=21.5,${sequence} ${atNs}`,
      `stock,${site},binId=bin-1,itemId=screw change=-1i,onHand=${stock.onHand}i,uncertainty=0.5,onOrder=${stock.onOrder}i,inventoryPosition=${stock.onHand + stock.onOrder}i,status="OK",${sequence} ${atNs}`,
      `order,${site},supplierId=acme,binId=bin-1,itemId=screw,status=${status} orderId="o-${minute}",orderedQuantity=40i,receivedQuantity=40i ${atNs}`,
      `gateway,${site},gatewayId=gw-1 online=true,version="0.1.0",appliedConfigVersion=3i,queuedReadings=${minute}i,oldestQueuedAtMs=${nowMs}i,${counters} ${atNs}`,
    );
  }
  return [...lines, ...hourlyValues(nowMs)].join('\n');
}

function hourlyValues(nowMs: number): string[] {
  const values = (field: string, mean: number): string =>
    `${field}_count=60.0,${field}_sum=${mean * 60},${field}_min=${mean - 1},${field}_max=${mean + 1},${field}_last=${mean}`;
  return [1, 2, 3, 4].flatMap((hour) => {
    const atNs = `${Math.floor(nowMs / 3_600_000 - hour) * 3_600_000}000000`;
    const device = 'tenantId=demo,siteId=plant-1,deviceId=scale-01,sensorId=HX711';
    return [
      `reading_hourly,${device} ${values('netGrams', 1_000.5)},${values('fillRatio', 0.5)} ${atNs}`,
      `device_health_hourly,${device} ${values('batteryRatio', 0.8)},${values('linkDbm', -70.5)} ${atNs}`,
    ];
  });
}
