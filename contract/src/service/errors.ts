/** Codes that any service may give. Each package lists its own beside its code; docs/errors.md is made from them. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    what: 'Settings are missing or wrong; all of them are listed in the message.',
    todo: 'Correct each line named; docs/configuration.md has every setting.',
  },
  DATA_DIR_UNUSABLE: {
    what: 'A data folder cannot be made or written.',
    todo: 'Correct its rights, or choose another folder.',
  },
} as const;
