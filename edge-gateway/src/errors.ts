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
  FILE_NOT_WRITTEN: {
    what: 'A small file of the gateway (approved devices, tokens, the list of the centre) cannot be written.',
    todo: 'Make room on the disk or correct the rights of SHELFWIRE_DATA_DIR, and do it again.',
  },
  SERIAL_UNAVAILABLE: {
    what: 'A serial port named in gateway.yaml cannot be opened, or its device was unplugged.',
    todo: 'Check the cable, the path (by-id links survive replugging) and the rights of the group dialout. It is tried again.',
  },
  TCP_UNAVAILABLE: {
    what: 'Nothing answers at the host and port that were to be probed.',
    todo: 'Check the address, the cable and that the reader has its interface switched on.',
  },
  PORT_IN_USE: {
    what: 'The port that was to be probed belongs to a device that is read already.',
    todo: 'Take that device away first, or probe another port; GET /api/v1/serial-ports says who uses which.',
  },
  PROBE_RUNNING: {
    what: 'One port is probed at a time.',
    todo: 'Wait half a minute and ask again.',
  },
  UNAUTHORIZED: {
    what: 'The bearer token of the local API is wrong or missing.',
    todo: 'Send Authorization: Bearer with the value of SHELFWIRE_API_TOKEN.',
  },
  INVALID_REQUEST: {
    what: 'The body of a request to the local API does not have the form it must have.',
    todo: 'Correct what the detail names.',
  },
  NOT_PENDING: {
    what: 'No device waits for approval under this user name.',
    todo: 'Let it sign in with an enrolment token first; GET /api/v1/pending lists who waits.',
  },
  UNKNOWN_DEVICE: {
    what: 'The local API was asked about a device that is not configured.',
    todo: 'GET /api/v1/devices lists the ids.',
  },
  NOT_QUARANTINED: {
    what: 'No frame of this id is in the quarantine (any more): the oldest go when it is full.',
    todo: 'GET /api/v1/quarantine lists what is there.',
  },
  FRAME_CUT: {
    what: 'The frame was longer than the quarantine keeps (64 KiB), so it cannot be read again.',
    todo: 'Look at what is left of it, correct the device or its decoder, and delete it.',
  },
  STILL_UNUSABLE: {
    what: 'A frame of the quarantine was read again and still gives no reading, or not all it should.',
    todo: 'The detail says why. Correct model or constants of the device in gateway.yaml, then try again.',
  },
  NO_SAMPLES: {
    what: 'A calibration step needs raw values of the last 15 s, and too few came.',
    todo: 'Let the device send (or poll faster) and try again. With several weight sensors name the sensorId.',
  },
  NO_ZERO: {
    what: 'The span was asked for before the zero point.',
    todo: 'Empty the scale, set the zero point, put the known weight on, then set the span.',
  },
  NOT_STABLE: {
    what: 'The raw value still moves too much to calibrate with.',
    todo: 'Wait until the load rests and try again.',
  },
  LOAD_TOO_SMALL: {
    what: 'The load does not stand out from the noise of the sensor.',
    todo: 'Use a heavier known weight, or more pieces.',
  },
} as const;
