export interface LogNotice {
  level: 'warn' | 'error' | 'fatal';
  text: string;
  /** Starting again will not help: somebody has to correct the configuration. */
  needsPerson?: true;
}

/**
 * What of a process's output belongs on the terminal: warnings and worse, without the JSON around them, and whatever is
 * no log line at all (a stack trace of Node's). Everything stands in the log file anyway.
 */
export function describeLine(line: string): LogNotice | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return isUncaught(line) ? { level: 'error', text: line.trim() } : undefined;
  }
  if (typeof entry !== 'object' || entry === null) return undefined;
  const fields = entry as Record<string, unknown>;
  const level = fields['level'];
  if (level !== 'warn' && level !== 'error' && level !== 'fatal') return undefined;
  const text = `${asText(fields['msg'])}${describeCause(fields)}`;
  return fields['code'] === 'CONFIG_INVALID' ? { level, text, needsPerson: true } : { level, text };
}

function describeCause(fields: Readonly<Record<string, unknown>>): string {
  const error = fields['err'];
  if (typeof error === 'object' && error !== null) {
    const message = asText((error as Record<string, unknown>)['message']);
    if (message !== '') return `: ${message.split('\n')[0] ?? ''}`;
  }
  const problem = asText(fields['problem']) || asText(fields['reason']) || asText(fields['because']);
  return problem === '' ? '' : `: ${problem}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isUncaught(line: string): boolean {
  return /^(\w*Error\b.*:|Uncaught|cannot start:|FATAL ERROR)/.test(line);
}

const REPEATED_EVERY_MS = 60_000;
const REMEMBERED_MAX = 200;

/** Lets the same notice through once a minute, then with the number of times it was held back. */
export class NoticeGate {
  readonly #seen = new Map<string, { untilMs: number; heldBack: number }>();

  /** @returns what to print, or undefined */
  pass(name: string, notice: LogNotice, nowMs: number): string | undefined {
    const text = `${name}: ${notice.text}`;
    const key = text.replaceAll(/\d+/g, '#');
    const seen = this.#seen.get(key);
    if (seen && nowMs < seen.untilMs) {
      seen.heldBack += 1;
      return undefined;
    }
    if (this.#seen.size >= REMEMBERED_MAX) this.#seen.clear();
    this.#seen.set(key, { untilMs: nowMs + REPEATED_EVERY_MS, heldBack: 0 });
    return seen && seen.heldBack > 0 ? `${text} (and ${seen.heldBack} more like it)` : text;
  }
}
