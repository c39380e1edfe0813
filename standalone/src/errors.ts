/** Every code a person may meet from this package; docs/errors.md is generated from it. */
export const ERROR_CODES = {
  OPTION_INVALID: {
    what: 'An option of `npm start` is not known or has an unusable value.',
    todo: 'See `npm start -- --help`.',
  },
  PORT_IN_USE: {
    what: 'Another program listens on the port.',
    todo: 'End it, or choose another one with --port or --mqtt-port.',
  },
  DATA_DIR_LOCKED: {
    what: 'Shelfwire runs already on this data folder.',
    todo: 'Stop it first, or give this one a folder of its own with --data-dir.',
  },
  DATA_DIR_UNUSABLE: {
    what: 'The data folder cannot be made, read or written, or a file in it is damaged.',
    todo: 'Correct its rights or the named file, or choose another folder with --data-dir.',
  },
  PART_FAILED: {
    what: 'One of the processes ends again and again, or is not ready in time.',
    todo: 'Read its log file, which the message names.',
  },
} as const;
