/** What is wrong with a document, and with which of its elements. */
export interface DocumentProblem {
  where: string;
  what: string;
}

export function problem(where: string, what: string): DocumentProblem {
  return { where, what };
}
