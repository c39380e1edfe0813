import type { Ask, Trial } from './asks.ts';

export interface Answer {
  ask: Pick<Ask, 'kind' | 'what'>;
  ok: boolean;
  seen: string;
}

/** Asks one thing after the other; a broker that does not answer has answered. */
export async function askBroker(
  trial: Trial,
  asks: readonly Ask[],
  told: (answer: Answer) => void = () => undefined,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const ask of asks) {
    const { ok, seen } = await ask.ask(trial).catch((error: unknown) => ({ ok: false, seen: String(error) }));
    const answer = { ask, ok, seen };
    answers.push(answer);
    told(answer);
  }
  return answers;
}

export function formatAnswer({ ask, ok, seen }: Answer): string {
  const verdict = ok ? 'yes ' : ask.kind === 'asked' ? 'NO  ' : 'note';
  return `${verdict}  ${ask.what}: ${seen}`;
}
