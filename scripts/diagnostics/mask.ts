/** Names under which secrets stand, in variables, YAML and JSON. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|credential|(private|api|tls|signing)[_-]?key|authorization|cookie/i;
/** What says where a secret is, and is none. */
const PLACE_NAME = /(_FILE|File|Path|_PATH)$/;
const MASK = '[secret]';
const SHORTEST_SECRET = 4;

/** What is secret wherever it stands. */
const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/g, MASK],
  [/\b(bearer|token|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, MASK],
  [/(\w+:\/\/[^\s:/@'"]*):[^\s@'"]+@/g, `$1:${MASK}@`],
  [/\$7\$[^\s'"]+/g, MASK],
  [/\bscrypt:[^\s'"]+/g, MASK],
];
/** `name: value`, `name=value`, `"name":"value"`: the value, up to where such a value ends. */
const ASSIGNMENT = /(["']?)([\w.-]+)\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}\]]+)/g;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PLACE_NAME.test(name);
}

/**
 * Takes secrets out of texts: those it was told of, wherever they appear, and whatever is named or shaped like one.
 * It would rather hide too much: nobody can take back what was sent.
 */
export class Mask {
  readonly #known = new Set<string>();

  /** A value that must not appear anywhere. */
  learn(value: string): void {
    const trimmed = value.trim();
    if (trimmed.length >= SHORTEST_SECRET) this.#known.add(trimmed);
    // In a database's URL the password stands alone, too.
    const inUrl = /^\w+:\/\/[^:/@]*:([^@]+)@/.exec(trimmed)?.[1];
    if (inUrl !== undefined) this.#known.add(decodeURIComponent(inUrl)).add(inUrl);
  }

  /** Learns every value of a text that stands behind a secret's name. */
  learnFrom(text: string): void {
    for (const [, , name = '', , value = ''] of text.matchAll(ASSIGNMENT)) {
      if (isSecretName(name)) this.learn(value.replace(/^["']|["']$/g, ''));
    }
  }

  apply(text: string): string {
    let masked = text;
    // The longest first, so that no secret's end is left over from a shorter one's.
    for (const value of [...this.#known].sort((a, b) => b.length - a.length)) {
      masked = masked.replaceAll(value, MASK).replaceAll(encodeURIComponent(value), MASK);
    }
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement);
    return masked.replace(ASSIGNMENT, (whole, quote: string, name: string, between: string) =>
      isSecretName(name) && !whole.includes(MASK) ? `${quote}${name}${quote}${between}"${MASK}"` : whole,
    );
  }
}
