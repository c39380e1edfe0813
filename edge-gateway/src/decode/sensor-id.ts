const ID_LENGTH_MAX = 64;

/** A vendor's name for a sensor as an id of the contract: letters, digits and `. _ : -`, beginning with a letter or digit. */
export function idOf(name: string): string {
  const id = name
    .replace(/[^A-Za-z0-9._:-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, ID_LENGTH_MAX);
  return id === '' ? 'unnamed' : id;
}
