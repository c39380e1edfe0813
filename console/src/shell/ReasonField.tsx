import { Textarea } from '@mantine/core';

const REASON_CHARACTERS_MIN = 3;

export function isReason(reason: string): boolean {
  return reason.trim().length >= REASON_CHARACTERS_MIN;
}

/** Asks for the sentence that the service keeps with what a person did. */
export function ReasonField({
  label = 'Why',
  description,
  value,
  onChange,
  focus = true,
}: {
  label?: string;
  description: string;
  value: string;
  onChange: (next: string) => void;
  /** Whether a dialog begins here. */
  focus?: boolean;
}) {
  return (
    <Textarea
      label={label}
      description={description}
      required
      minLength={REASON_CHARACTERS_MIN}
      maxLength={500}
      autosize
      minRows={2}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus={focus || undefined}
    />
  );
}
