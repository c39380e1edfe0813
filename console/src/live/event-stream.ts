/** One event of a text/event-stream. */
export interface ServerEvent {
  name: string;
  data: string;
}

/**
 * Takes the text of an event stream in whatever pieces it comes and answers the events completed so far, as the HTML
 * standard's "event stream interpretation" says. Needed because EventSource cannot send an Authorization header.
 */
export class EventStreamParser {
  #rest = '';
  #name = 'message';
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    // A CR at the very end may be the first half of CRLF: it waits for the next piece.
    const all = this.#rest + text;
    const lines = all.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#takeLine(line);
      if (event) events.push(event);
    }
    return events;
  }

  #takeLine(line: string): ServerEvent | undefined {
    if (line === '') return this.#dispatch();
    const colonAt = line.indexOf(':');
    const field = colonAt < 0 ? line : line.slice(0, colonAt);
    const value = colonAt < 0 ? '' : line.slice(colonAt + 1).replace(/^ /, '');
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    return undefined;
  }

  #dispatch(): ServerEvent | undefined {
    const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join('\n') } : undefined;
    this.#name = 'message';
    this.#data = [];
    return event;
  }
}
