/** One measured figure. `ratio` is against a peer of the same run, `budget` what it is held against, `ok` the verdict. */
export interface Row {
  id: string;
  value: number;
  unit: string;
  ratio?: number;
  budget?: number;
  ok: boolean;
}
