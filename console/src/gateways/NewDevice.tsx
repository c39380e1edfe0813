import { Code, List, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { Section } from '../shell/Section';
import classes from './gateways.module.css';

const CALL = 'curl -H "Authorization: Bearer $SHELFWIRE_API_TOKEN"';

/** A gateway lets its devices in itself, also while the centre is away: here is only told how. */
export function NewDevice() {
  return (
    <div className={classes['newDevice']}>
      <Section title="A new device at a gateway">
        <Text size="sm" c="dimmed" mb="sm">
          A gateway lets its devices in itself, also while the centre is away: over its local API, on its own machine.
          GATEWAY is its address there, <Code>https://localhost:3002</Code> with Docker; the token is its
          SHELFWIRE_API_TOKEN, with Docker in <Code>secrets/gateway_api_token</Code>. All calls stand in
          edge-gateway/README.md.
        </Text>
        <List type="ordered" size="sm" spacing="sm">
          <List.Item>
            Make a password for one device; it is shown once.
            <Command>{`${CALL} \\
  --json '{"validForHours":24}' GATEWAY/api/v1/enrolment-tokens`}</Command>
          </List.Item>
          <List.Item>Let the device sign in at the site’s broker with it, under a user name of your choice.</List.Item>
          <List.Item>
            See what it would read, then make it a device of the gateway.
            <Command>{`${CALL} GATEWAY/api/v1/pending

${CALL} \\
  --json '{"deviceId":"scale-11","model":"tasmota"}' \\
  GATEWAY/api/v1/pending/USERNAME/approve`}</Command>
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

function Command({ children }: { children: string }) {
  return (
    <Code block className={classes['command'] ?? ''}>
      {children}
    </Code>
  );
}
