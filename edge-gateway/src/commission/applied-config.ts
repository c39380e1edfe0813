/** Where the list in force comes from; the file has a version only if it gives itself one. */
export interface AppliedConfig {
  source: 'centre' | 'file';
  version: number | undefined;
}
