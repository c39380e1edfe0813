import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { checkGatewayFile } from '../gateway-file.ts';
import { SITE } from '../test-site.ts';
import { folderOfModel } from './decoder-case.ts';
import { DECODER_MODELS } from './registry.ts';

/** docs/devices.md shows these to people who copy them. */
describe('the example of gateway.yaml for', () => {
  test.each(DECODER_MODELS.map(({ id }) => id))(
    '%s is one that the gateway takes, and says how the device is set up',
    (id) => {
      const text = readFileSync(join(folderOfModel(id) ?? '', 'examples', `${id}.yaml`), 'utf8');
      const { devices } = checkGatewayFile({ ...SITE, gatewayId: 'gw-1', devices: parse(text) as unknown }, id);
      expect(devices.some(({ model, inside }) => model === id || inside === id)).toBe(true);
      expect(text.startsWith('# ')).toBe(true);
    },
  );
});
