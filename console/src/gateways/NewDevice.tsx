import { Code, List, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { Section } from '../shell/Section';
import classes from './gateways.module.css';

/** A gateway lets its devices in itself, also while the centre is away: here is only told how. */
export function NewDevice() {
  return (
    <div className={classes['newDevice']}>
      <Section title="A new device at a gateway">
        <Text size="sm" c="dimmed" mb="sm">
          Devices are let in at the gateway, over its local API; the token for that is its SHELFWIRE_API_TOKEN. All
          calls stand in edge-gateway/README.md, “A new device, without a file”.
        </Text>
        <List type="ordered" size="sm" spacing="xs">
          <List.Item>
            <Code>POST /api/v1/enrolment-tokens</Code> at the gateway gives a password for one device. It is shown once.
          </List.Item>
          <List.Item>Let the device sign in at the site’s broker with it, under a user name of your choice.</List.Item>
          <List.Item>
            <Code>GET /api/v1/pending</Code> shows what the device would read,{' '}
            <Code>POST /api/v1/pending/&lt;user name&gt;/approve</Code> makes it a device of the gateway.
          </List.Item>
          <List.Item>
            Its first readings wait under{' '}
            <Link to="/doubt" className={classes['link']}>
              In doubt
            </Link>
            : say there which bin it looks into.
          </List.Item>
        </List>
      </Section>
    </div>
  );
}
