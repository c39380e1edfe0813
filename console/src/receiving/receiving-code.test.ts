import { expect, test } from 'vitest';

import { readReceivingCode } from './receiving-code';

const SSCC = '106141412345678908';

test.each([SSCC, `00${SSCC}`, `(00)${SSCC}`, `]C100${SSCC}`, '9506000134352', ']C1010950600013435210AB-12'])(
  'the label %s is asked for as one',
  (code) => expect(readReceivingCode(` ${code} `)).toEqual({ kind: 'label', code }),
);

test.each(['PO-000017', '4500012345', '106141412345678901', 'PALLET 7'])(
  '%s is taken for a number on the papers',
  (search) => expect(readReceivingCode(search)).toEqual({ kind: 'order', search }),
);
