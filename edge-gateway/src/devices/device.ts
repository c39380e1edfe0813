import type { Decoder, DecoderModel, Polling } from '../decode/decoder.ts';
import { findDecoderModel } from '../decode/registry.ts';
import type { DeviceSettings } from '../gateway-file.ts';

/** One device of the site with the decoder that holds its protocol's state. */
export interface Device {
  readonly settings: DeviceSettings;
  readonly model: DecoderModel;
  readonly decoder: Decoder;
  /** How to ask it, where it does not speak by itself. */
  readonly polling?: Polling;
  /** How long its connection may be silent, where it promises to be heard more often. */
  readonly silenceMsMax?: number;
}

/** @param settings checked: its model is known and its constants fit */
export function createDevice(settings: DeviceSettings): Device {
  const model = knownModel(settings.model);
  const insideModel = settings.inside === undefined ? undefined : knownModel(settings.inside);
  const inside = insideModel?.create({ constants: constantsOf(insideModel, settings) });
  const constants = insideModel ? {} : constantsOf(model, settings);
  const decoder = model.create({ constants, ...(inside ? { inside } : {}) });
  const polling = model.pollingOf?.(constants) ?? model.polling;
  const silenceMsMax = model.silenceMsMaxOf?.(constants);
  return {
    settings,
    model,
    decoder,
    ...(polling && { polling }),
    ...(silenceMsMax !== undefined && { silenceMsMax }),
  };
}

function knownModel(id: string): DecoderModel {
  const model = findDecoderModel(id);
  if (!model) throw new RangeError(`there is no decoder "${id}"`);
  return model;
}

function constantsOf(model: DecoderModel, settings: DeviceSettings): Record<string, unknown> {
  return model.constantsSchema ? model.constantsSchema.parse(settings.constants) : settings.constants;
}
