import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconClipboardList, IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';

import { binQuery } from '../api/queries';
import type { BinDetail } from '../api/types';
import { CountDialog } from '../counting/CountDialog';
import { BackLink } from '../shell/BackLink';
import { useMay } from '../session/may';
import { useSession } from '../session/session';
import { FailureState } from '../shell/states';
import { Quantity } from '../stock/Quantity';
import { ReadingAge } from '../stock/ReadingAge';
import { StatusBadge } from '../stock/StatusBadge';
import { StockGauge } from '../stock/StockGauge';
import { BinKeeping } from '../stock-keeping/BinKeeping';
import { MoveDialog } from '../stock-keeping/MoveDialog';
import { Age } from '../time/Age';
import { BinFacts } from './BinFacts';
import classes from './BinPage.module.css';
import { LevelHistory } from './LevelHistory';
import { MovementList } from './MovementList';
import { SensorHistory } from './SensorHistory';

const route = getRouteApi('/signed-in/stock/$siteId/$binId');

/** One bin: how much, since when, why, and what became of it. */
export function BinPage() {
  const address = route.useParams();
  const bin = useQuery(binQuery(address));
  return (
    <>
      <BackLink to="/">Stock</BackLink>
      {bin.isPending ? <Skeleton role="status" height={320} radius="md" aria-label="Loading the bin" /> : null}
      {bin.error && !bin.data ? <FailureState error={bin.error} onRetry={() => void bin.refetch()} /> : null}
      {bin.data ? <BinDocument bin={bin.data} /> : null}
    </>
  );
}

function BinDocument({ bin }: { bin: BinDetail }) {
  const mayCount = useMay('keepStock');
  const counting = route.useSearch().count === true;
  const navigate = route.useNavigate();
  const [moving, setMoving] = useState(false);
  const setCounting = (next: boolean): void => {
    void navigate({ search: next ? { count: true } : {}, replace: true });
  };
  const isSupplier = useSession()?.user.role === 'supplier';
  return (
    <Stack gap="md" maw="76rem">
      <BinHead bin={bin} {...(mayCount ? { onCount: () => setCounting(true), onMove: () => setMoving(true) } : {})} />
      {counting && mayCount ? <CountDialog bin={bin} onClose={() => setCounting(false)} /> : null}
      {moving ? <MoveDialog bin={bin} onClose={() => setMoving(false)} /> : null}
      <div className={classes['columns']}>
        {isSupplier ? null : (
          <Stack gap="md">
            <LevelHistory bin={bin} />
            {bin.sensors.map((sensor) => (
              <SensorHistory key={`${sensor.deviceId}/${sensor.sensorId}`} bin={bin} sensor={sensor} />
            ))}
            <BinKeeping bin={bin} />
            <MovementList bin={bin} />
          </Stack>
        )}
        <BinFacts bin={bin} />
      </div>
    </Stack>
  );
}

function BinHead({ bin, onCount, onMove }: { bin: BinDetail; onCount?: () => void; onMove?: () => void }) {
  const { position } = bin;
  return (
    <Paper className={classes['card'] ?? ''}>
      <div className={classes['head']}>
        <div className={classes['what']}>
          <Title order={1} size="h3">
            {bin.item.name}
          </Title>
          <Text c="dimmed" size="sm">
            {bin.binName} · {bin.locationName} · {bin.item.sku}
          </Text>
        </div>
        <StatusBadge status={bin.status} />
      </div>
      <Group justify="space-between" align="baseline" mt="sm" mb="xs">
        <span className={classes['quantity']}>
          <Quantity value={bin.onHand} uncertainty={bin.uncertainty} unit={bin.item.unit} />
        </span>
        <Text size="sm" component="span">
          <ReadingAge item={bin} />
        </Text>
      </Group>
      <StockGauge item={bin} />
      <Text size="sm" c="dimmed" mt="sm">
        Position <strong className={classes['strong']}>{position.inventoryPosition}</strong> = {position.onHand} on hand
        {' + '}
        {bin.openOrderId === null ? (
          `${position.onOrder} on order`
        ) : (
          <Link to="/orders/$orderId" params={{ orderId: bin.openOrderId }} className={classes['order']}>
            {position.onOrder} on order
          </Link>
        )}
        {position.reserved > 0 ? ` − ${position.reserved} reserved` : ''}
        {position.backordered > 0 ? ` − ${position.backordered} backordered` : ''}
      </Text>
      {bin.heldBecause === null ? null : (
        <div className={classes['held']}>
          <IconHandStop size={18} aria-hidden />
          <span>
            <strong>Not ordered:</strong> {bin.heldBecause}
          </span>
        </div>
      )}
      {bin.countingTask === null ? null : (
        <div className={classes['held']}>
          <IconClipboardList size={18} aria-hidden />
          <span>
            <strong>To be counted</strong> since <Age atMs={bin.countingTask.openedAtMs} />: {bin.countingTask.reason}
          </span>
        </div>
      )}
      <Group mt="md" gap="sm">
        {onCount ? (
          <Button variant={bin.countingTask === null ? 'default' : 'filled'} onClick={onCount}>
            Count this bin
          </Button>
        ) : null}
        {onMove ? (
          <Button variant="default" onClick={onMove}>
            Move…
          </Button>
        ) : null}
      </Group>
    </Paper>
  );
}
