import { Button, Text } from '@mantine/core';
import { IconBoxSeam } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useSession } from '../session/session';
import { EmptyState } from './states';

/** Nothing is set up yet: what comes first, and who does it. */
export function NoBinsYet() {
  const role = useSession()?.user.role;
  if (role === 'supplier') {
    return (
      <EmptyState icon={<IconBoxSeam />} title="Nothing of yours is kept here yet">
        <Text c="dimmed">Bins with what you sell appear here as soon as your customer has set them up.</Text>
      </EmptyState>
    );
  }
  if (role !== 'admin') {
    return (
      <EmptyState icon={<IconBoxSeam />} title="No bins yet">
        <Text c="dimmed">An administrator brings in the places, items and bins first.</Text>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconBoxSeam />} title="No bins yet">
      <Text c="dimmed">
        Bring them in first: locations, items, then bins; suppliers, prices and policies, and it orders by itself. Or
        write them into the catalogue file.
      </Text>
      <Button component={Link} to="/import" mt="xs">
        Import…
      </Button>
    </EmptyState>
  );
}
