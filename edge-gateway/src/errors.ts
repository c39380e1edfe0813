/** Every error code of the gateway; docs/errors.md is generated from this list. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    what: 'The environment or gateway.yaml has problems; all of them are listed with where they are.',
    todo: 'Correct each line named. A running gateway keeps working with the last good configuration.',
  },
  OUTBOX_FULL: {
    what: 'The outbox has reached its bound in bytes or readings, or the disk its free-space floor.',
    todo: 'Bring the uplink or the consumers back, or give the gateway more disk. Devices are not acknowledged and send again.',
  },
  OUTBOX_CLOSED: {
    what: 'A reading came while the gateway was stopping.',
    todo: 'Nothing: it was not acknowledged, the device sends it again.',
  },
  OUTBOX_FAILED: {
    what: 'The disk refused a write in a way that leaves the file in doubt.',
    todo: 'The process ends and recovers at its next start. Look at the disk (dmesg, SMART); SD cards wear out.',
  },
  OUTBOX_LOCKED: {
    what: 'Another gateway process uses the same data folder.',
    todo: 'Stop it, or give each gateway a SHELFWIRE_DATA_DIR of its own.',
  },
  SERIAL_UNAVAILABLE: {
    what: 'A serial port named in gateway.yaml cannot be opened.',
    todo: 'Check the cable, the path (by-id links survive replugging) and the rights of the group dialout. It is tried again.',
  },
} as const;
