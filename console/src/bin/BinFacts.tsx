import { Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { useSiteName } from '../api/site-names';
import type { BinDetail } from '../api/types';
import { describePolicy, figuresOf } from '../orders/proof-figures';
import { useSession } from '../session/session';
import { Facts } from '../shell/Facts';
import { Section } from '../shell/Section';
import classes from './BinPage.module.css';

/** What rules this bin, who supplies it, what looks into it. */
export function BinFacts({ bin }: { bin: BinDetail }) {
  const isSupplier = useSession()?.user.role === 'supplier';
  const siteName = useSiteName();
  const address = { siteId: bin.siteId, binId: bin.binId };
  return (
    <Stack gap="md">
      <Section title="Policy">
        {bin.policy === null ? (
          <Text size="sm" c="dimmed">
            None: nothing is ordered by itself.
          </Text>
        ) : (
          <Facts
            facts={[
              ['Rule', describePolicy(bin.policy)],
              ...figuresOf(bin.policy.parameters, bin.item.unit).map(({ label, value }): [string, string] => [
                label,
                value,
              ]),
            ]}
          />
        )}
        <Stack gap="md" mt="md">
          {isSupplier ? null : (
            <Link className={classes['order']} to="/policies/$siteId/$binId" params={address}>
              Where it comes from, and change it
            </Link>
          )}
          <Link className={classes['order']} to="/insights/$siteId/$binId" params={address}>
            Forecast: when it runs out
          </Link>
        </Stack>
      </Section>
      <Section title="Supply">
        {bin.supply.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nobody supplies it yet.
          </Text>
        ) : null}
        {bin.supply.map((offer) => (
          <Facts
            key={offer.supplierId}
            facts={[
              ['Supplier', offer.supplierName],
              ['Part number', offer.partNumber],
              ['Packaging', `${offer.orderUnit} of ${offer.stockUnitsPerOrderUnit} ${bin.item.unit}`],
              ['Lead time', `${offer.leadTimeDays} ${offer.leadTimeDays === 1 ? 'day' : 'days'}`],
            ]}
          />
        ))}
      </Section>
      <Section title="Identity">
        <Facts
          facts={[
            ['Bin', bin.binId === bin.binName ? bin.binName : `${bin.binName} (${bin.binId})`],
            ['Site', siteName(bin.siteId)],
            ['SKU', bin.item.sku],
            ['GTIN', bin.gtin ?? '–'],
            ['Capacity', bin.capacity === null ? '–' : `${bin.capacity} ${bin.item.unit}`],
            ...bin.sensors.map((sensor): [string, string] => [
              `Sensor (${sensor.kind})`,
              sensor.sensorId === null ? sensor.deviceId : `${sensor.deviceId}, ${sensor.sensorId}`,
            ]),
          ]}
        />
      </Section>
    </Stack>
  );
}
