/** Names under which secrets stand, in variables, YAML and JSON. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|credential|(private|api|tls|signing)[_-]?key|authorization|cookie/i;
/** Headers for a collector or a proxy: keys and tokens, under names that everybody makes up. */
const HEADERS_NAME = /_HEADERS$/;
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
  [/([?&][\w.-]*(?:token|key|secret|pass|sig|auth|code)[\w.-]*=)[^&\s'"]+/gi, `$1${MASK}`],
  [/\$7\$[^\s'"]+/g, MASK],
  [/\bscrypt:[^\s'"]+/g, MASK],
];
/** The name of a value, and everything behind it on its line: YAML takes an unquoted value with spaces in it. */
const REST_OF_LINE = /([\w.-]+)["']?[ \t]*[:=][ \t]*(?=([^\n]+))/g;
/** `name: value`, `name=value`, `"name":"value"`: the value, up to where such a value ends. */
const ASSIGNMENT = /(["']?)([\w.-]+)\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}\]]+)/g;

export function isSecretName(name: string): boolean {
  return (SECRET_NAME.test(name) || HEADERS_NAME.test(name)) && !PLACE_NAME.test(name);
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
    this.#learnFromUrls(trimmed);
  }

  /** The password of a database's or a mail server's URL: a log may name it alone. */
  #learnFromUrls(text: string): void {
    for (const [, password = ''] of text.matchAll(/\w+:\/\/[^\s:/@'"]*:([^\s@'"]+)@/g)) {
      this.#known.add(password).add(decoded(password));
    }
  }

  /** Learns every value of a text that stands behind a secret's name, and every password in a URL. */
  learnFrom(text: string): void {
    this.#learnFromUrls(text);
    for (const [, , name = '', , value = ''] of text.matchAll(ASSIGNMENT)) {
      if (isSecretName(name)) this.learn(value.replace(/^["']|["']$/g, ''));
    }
    for (const [, name = '', rest = ''] of text.matchAll(REST_OF_LINE)) {
      if (!isSecretName(name)) continue;
      // Where it ends depends on what surrounds it: a line, a comment, a flow map or list.
      if (HEADERS_NAME.test(name)) {
        for (const header of rest.split(',')) this.learn(header.slice(header.indexOf('=') + 1));
      }
      for (const end of [/$/, /[ \t]+#/, /[ \t]*[,}\]]/]) this.learn(rest.slice(0, rest.search(end)));
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
