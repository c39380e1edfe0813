import { findTlv, readParameters, TLV, viewOf } from './parameters.ts';

/** What of a READER_EVENT_NOTIFICATION concerns us (clause 13.2.6); hops, antennas, inputs and surveys do not. */
export interface ReaderEvent {
  /** 0: the connection is ours; 1, 2, 4: another client holds the reader; 3: another error. */
  connectionAttempt?: number;
  /** A ROSpec came to its end or gave way to another. */
  endedRoSpecId?: number;
  /** What a person must hear of, in one sentence. */
  trouble?: string;
}

const ROSPEC_STARTED = 0;
const EXCEPTION_BYTES_MAX = 200;

/** @returns a sentence if it cannot be read */
export function readReaderEvent(body: Uint8Array): ReaderEvent | string {
  const outer = readParameters(viewOf(body));
  if (outer.problem !== undefined) return `READER_EVENT_NOTIFICATION: ${outer.problem}`;
  const data = findTlv(outer.parameters, TLV.READER_EVENT_NOTIFICATION_DATA);
  if (!data) return 'READER_EVENT_NOTIFICATION without its data.';
  const { parameters, problem } = readParameters(data.value);
  if (problem !== undefined) return `ReaderEventNotificationData: ${problem}`;
  const attempt = findTlv(parameters, TLV.CONNECTION_ATTEMPT_EVENT)?.value;
  const endedRoSpecId = endedRoSpec(findTlv(parameters, TLV.ROSPEC_EVENT)?.value);
  const exception = findTlv(parameters, TLV.READER_EXCEPTION_EVENT)?.value;
  const trouble = findTlv(parameters, TLV.REPORT_BUFFER_OVERFLOW_EVENT)
    ? "The reader's buffer ran over: it has lost tag reads."
    : exception && `The reader reports "${textOf(exception)}".`;
  return {
    ...(attempt && attempt.byteLength >= 2 && { connectionAttempt: attempt.getUint16(0) }),
    ...(endedRoSpecId !== undefined && { endedRoSpecId }),
    ...(trouble !== undefined && { trouble }),
  };
}

function endedRoSpec(event: DataView | undefined): number | undefined {
  return event && event.byteLength >= 5 && event.getUint8(0) !== ROSPEC_STARTED ? event.getUint32(1) : undefined;
}

/** 16 bits of length, then UTF-8. */
function textOf(view: DataView): string {
  if (view.byteLength < 2) return '';
  const bytes = Math.min(view.getUint16(0), view.byteLength - 2, EXCEPTION_BYTES_MAX);
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + 2, bytes));
}
