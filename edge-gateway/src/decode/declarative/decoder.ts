import type { Decoder, DecoderModel } from '../decoder.ts';
import { parseJson } from '../json-payload.ts';
import { failure } from '../result.ts';
import { decodeFields } from './decode-fields.ts';
import { compileRules } from './decode-readings.ts';
import { type Rules, rulesSchema } from './rules.ts';

/** Beyond this a message is no sensor's; expressions are bounded in steps, and so is what a step can be fed with. */
const PAYLOAD_BYTES_MAX = 64 * 1024;

function createDecoder(rules: Rules): Decoder {
  const decodeMessage = compileRules(rules.readings);
  return {
    readsDecodedJson: rules.payload === 'json',
    decode({ payload, fPort }) {
      if (payload.length === 0) return failure('truncated', 'The payload is empty.');
      if (payload.length > PAYLOAD_BYTES_MAX) {
        return failure('malformed', `${payload.length} bytes are more than rules may be fed with.`);
      }
      if (rules.payload === 'bytes') return decodeFields(payload, fPort, rules.fields);
      if (rules.payload === 'text') return decodeMessage(new TextDecoder().decode(payload).trim());
      const parsed = parseJson(payload);
      return 'failed' in parsed ? parsed.failed : decodeMessage(parsed.value);
    },
  };
}

export const declarativeModel: DecoderModel<typeof rulesSchema> = {
  id: 'declarative',
  title: 'Any other device, by rules: JSONata over JSON or text, or a table of fields over bytes',
  input: 'payload',
  encoding: 'utf8',
  constantsSchema: rulesSchema,
  create: ({ constants }) => createDecoder(constants),
};
