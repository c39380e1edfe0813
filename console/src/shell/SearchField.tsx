import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

import classes from './SearchField.module.css';

const TYPING_PAUSE_MS = 250;

/** Searches for what was typed once the typing pauses. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (next: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const changeSoon = useDebouncedCallback((next: string) => onChange(next.trim()), TYPING_PAUSE_MS);
  const change = (next: string): void => {
    setTyped(next);
    changeSoon(next);
  };
  return (
    <TextInput
      className={classes['search'] ?? ''}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={typed ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} /> : null}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
