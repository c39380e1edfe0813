/** The service's reasons follow a colon in a sentence; standing alone, they begin like one. */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
