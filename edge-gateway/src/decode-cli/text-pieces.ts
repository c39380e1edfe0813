/** Ways to cut a text file into payloads. Texts are latin1: one character a byte, so that nothing is lost on the way. */

/** Drops `# …` comments, whole lines of them and those that follow a blank, and the `data:` of server-sent events. */
export function withoutComment(line: string): string {
  return line.replace(/^data:\s*/, '').replace(/(^|\s)(#|\/\/)(\s.*|$)/, '');
}

/** What `hexdump -C` prints, `00000010  00 f0 00 1f  |....|` and an offset at the end → its digits alone. */
export function withoutHexdumpColumns(text: string): string {
  const dumped = /^([0-9a-f]{8})\s\s(.*?)\s*\|.*\|\s*$/gim;
  if (!dumped.test(text)) return text;
  return text.replace(dumped, '$2').replace(/^[0-9a-f]{8}\s*$/gim, '');
}

/** A line of a hexadecimal file (also as xxd prints it) → digits; undefined if it holds something else. Empty for a comment. */
export function hexDigits(line: string): string | undefined {
  const bare = line
    .replace(/(#|\/\/|;).*$/, '')
    .replace(/^\s*[0-9a-f]{4,8}:\s(.*)$/i, (_whole, dump: string) => dump.replace(/\s{2,}.*$/, ''));
  const digits = bare.replace(/0x|\\x|[\s:,-]/gi, '');
  return /^([0-9a-f]{2})*$/i.test(digits) ? digits : undefined;
}

/** JSON texts that stand one after the other, however they are broken over lines; undefined if anything else is between. */
export function jsonTexts(text: string): string[] | undefined {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /[\s,]/.test(text.charAt(at))) at += 1;
    if (at >= text.length) return found;
    const end = endOfJson(text, at);
    if (end === undefined) return undefined;
    found.push(text.slice(at, end));
    at = end;
  }
}

/** @returns the index behind the bracket that closes the one at `start`; undefined if there is none */
function endOfJson(text: string, start: number): number | undefined {
  if (!/[[{]/.test(text.charAt(start))) return undefined;
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/**
 * `tele/scale-01/SENSOR {"Time":…}` as `mosquitto_sub -v` prints it; and the lines of logs: Tasmota's
 * `MQT: tele/scale-01/SENSOR = {…} (retained)`, zigbee2mqtt's `MQTT publish: topic 'zigbee2mqtt/tank', payload '{…}'`.
 */
export function topicAndPayload(line: string): { topic?: string; payload: string } {
  const match =
    /\btopic '([^']+)', payload '(.*)'$/.exec(line) ??
    /\bMQT: (\S+) = (.*?)(?: \(retained\))?$/.exec(line) ??
    /^([^\s{["<]+\/[^\s{["<]*)\s+(?:= )?(\S.*)$/.exec(line);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { topic: match[1], payload: match[2] }
    : { payload: line };
}

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  NUL: '\0',
  SOH: '\x01',
  STX: '\x02',
  ETX: '\x03',
  EOT: '\x04',
  ENQ: '\x05',
  ACK: '\x06',
  LF: '\n',
  CR: '\r',
  SP: ' ',
  DC1: '\x11',
};

/** Control characters written out, as manuals print them: `<STX>`, `[CR]`, `\x02`, `\r`. */
export function withControlCharacters(text: string): string {
  return text
    .replace(
      /[<[](NUL|SOH|STX|ETX|EOT|ENQ|ACK|LF|CR|SP|DC1)[>\]]/g,
      (_whole, name: string) => CONTROL_NAMES[name] ?? '',
    )
    .replace(/\\x([0-9a-f]{2})/gi, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n');
}
