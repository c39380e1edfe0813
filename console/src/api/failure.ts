import type { Problem } from './types';

/** A request that did not succeed, with a sentence that can be shown as it is. */
export class ApiFailure extends Error {
  /** 0 when no answer came at all. */
  readonly status: number;
  readonly code: string;
  /** What is wrong with what was sent, by place; empty for every other trouble. */
  readonly problems: NonNullable<Problem['problems']>;

  constructor(status: number, code: string, sentence: string, problems: NonNullable<Problem['problems']> = []) {
    super(sentence);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

export function failureOf(status: number, body: unknown): ApiFailure {
  if (isProblem(body) && body.code === 'NOT_SIGNED_IN') {
    return new ApiFailure(
      status,
      body.code,
      'Your session had ended before this was sent. Sign in, and send it again.',
    );
  }
  if (isProblem(body)) return new ApiFailure(status, body.code, sentenceOf(body), body.problems ?? []);
  return new ApiFailure(status, 'UNKNOWN', `The server answered with an error (${status}). Try again in a moment.`);
}

export function unreachable(): ApiFailure {
  return new ApiFailure(0, 'UNREACHABLE', 'The server cannot be reached. Check the network; this page keeps trying.');
}

/** The sentence for any error that a query or a mutation ended with. */
export function describeFailure(error: unknown): string {
  return error instanceof ApiFailure ? error.message : 'Something went wrong in this page. Reload it and try again.';
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}

/** What a person can do about it; the sentences of the other codes say it themselves. */
const WHAT_TO_DO: Readonly<Record<string, string>> = {
  APPROVAL_NOT_ALLOWED: 'Ask somebody with that role to approve it.',
  CODE_UNREADABLE: 'Scan it again, or look for the order by its number.',
  EDIT_REFUSED: 'Look at the order as it is now, then change it again.',
  MOVE_IMPOSSIBLE: 'Choose another bin.',
  NOT_ALLOWED: 'Ask somebody who has that role.',
  NOT_FOUND: 'Go back to the list, and look whether it is still there.',
  ORDER_STATUS_CONFLICT: 'Look at the order as it is now.',
};

function sentenceOf(problem: Problem): string {
  const details = (problem.problems ?? []).map(({ where, what }) => `${where}: ${what}`);
  const said = details.length > 0 ? `${problem.detail} (${details.join('; ')})` : problem.detail;
  const todo = WHAT_TO_DO[problem.code];
  return todo === undefined ? said : `${said}${/[.!?]$/.test(said) ? '' : '.'} ${todo}`;
}
