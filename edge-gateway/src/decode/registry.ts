import { aanddModel } from './aandd/decoder.ts';
import { berkelModel } from './berkel/decoder.ts';
import { casModel } from './cas/decoder.ts';
import type { DecoderModel } from './decoder.ts';
import { chirpstackV4Model } from './chirpstack-v4/decoder.ts';
import { decentlabDlDwsModel, decentlabDlLidModel, decentlabDlMbxModel } from './decentlab/decoder.ts';
import { declarativeModel } from './declarative/decoder.ts';
import { draginoLdds75Model } from './dragino-ldds75/decoder.ts';
import { esphomeModel } from './esphome/decoder.ts';
import { impinjR700Model } from './impinj-r700/decoder.ts';
import { keonnAdvanNetModel } from './keonn-advannet/decoder.ts';
import { llrpModel } from './llrp/decoder.ts';
import { sparkplugBModel } from './sparkplug-b/decoder.ts';
import { zebraIotcModel } from './zebra-iotc/decoder.ts';
import { milesightEm310UdlModel, milesightEm400UdlModel, milesightEm500UdlModel } from './milesight/decoder.ts';
import { modbusLoadcellModel } from './modbus-loadcell/decoder.ts';
import { mt8217Model } from './mt-8217/decoder.ts';
import { mtSicsModel } from './mt-sics/decoder.ts';
import { nciModel } from './nci/decoder.ts';
import { ohausModel } from './ohaus/decoder.ts';
import { sartoriusSbiModel } from './sartorius-sbi/decoder.ts';
import { toledoContinuousModel } from './toledo-continuous/decoder.ts';
import { shellyGen2Model } from './shelly-gen2/decoder.ts';
import { tasmotaModel } from './tasmota/decoder.ts';
import { ttsV3Model } from './tts-v3/decoder.ts';
import { zigbee2mqttModel } from './zigbee2mqtt/decoder.ts';

/** Every decoder the gateway has, one line each. The order is that of `npm run decode -- --list`. */
export const DECODER_MODELS: readonly DecoderModel[] = [
  impinjR700Model,
  zebraIotcModel,
  keonnAdvanNetModel,
  llrpModel,
  sparkplugBModel,
  chirpstackV4Model,
  ttsV3Model,
  milesightEm310UdlModel,
  milesightEm400UdlModel,
  milesightEm500UdlModel,
  decentlabDlMbxModel,
  decentlabDlLidModel,
  decentlabDlDwsModel,
  draginoLdds75Model,
  tasmotaModel,
  esphomeModel,
  shellyGen2Model,
  zigbee2mqttModel,
  mtSicsModel,
  mt8217Model,
  toledoContinuousModel,
  sartoriusSbiModel,
  ohausModel,
  aanddModel,
  casModel,
  nciModel,
  berkelModel,
  modbusLoadcellModel,
  declarativeModel,
];

export function findDecoderModel(id: string): DecoderModel | undefined {
  return DECODER_MODELS.find((model) => model.id === id);
}
