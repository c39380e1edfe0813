/**
 * What one frame says, in the words of the device's datasheet but in our units. A sample has no calibration, filter or
 * quality yet: that is the work of `normalize`. A value the frame does not carry is absent, never zero.
 */
export type Sample =
  | WeightSample
  | RangeSample
  | RawSample
  | LevelSample
  | TagSample
  | CountSample
  | ButtonSample
  | HealthSample;

export interface SampleCommon {
  /** Names the sensor where one device carries several: a channel, an antenna, an MQTT component. */
  sensorId?: string;
  /** Unix ms by the device's own clock, where the frame carries a time. */
  observedAtMs?: number;
  /** True for stored values that a device sends later: history frames, Sparkplug `is_historical`. */
  historical?: boolean;
}

export interface WeightSample extends SampleCommon {
  kind: 'weight';
  grams: number;
  /** What the scale itself says of motion; `unknown` where the protocol does not tell. */
  stability: 'stable' | 'unstable' | 'unknown';
  /** Whether the scale has already taken a tare off; absent where the protocol does not tell. */
  isNet?: boolean;
}

/** The scale answered, but without a usable value. */
export interface RangeSample extends SampleCommon {
  kind: 'range';
  condition: 'overload' | 'underload';
}

export interface RawSample extends SampleCommon {
  kind: 'raw';
  /** A load cell's counts before any calibration (HX711, a Modbus transmitter in raw mode). */
  counts: number;
}

export interface LevelSample extends SampleCommon {
  kind: 'level';
  distanceMm?: number;
  fillRatio?: number;
}

export interface TagSample extends SampleCommon {
  kind: 'tag';
  /** Upper-case hexadecimal of the EPC memory bank as read. */
  epcHex: string;
  antenna?: number;
  rssiDbm?: number;
  /** How many times the reader saw it in what this sample sums up. */
  reads?: number;
}

export interface CountSample extends SampleCommon {
  kind: 'count';
  pieces: number;
  /** Where the scale says of its count whether it still moves; a moving count is no `good` reading. */
  stability?: 'stable' | 'unstable' | 'unknown';
}

export interface ButtonSample extends SampleCommon {
  kind: 'button';
  action: 'order' | 'delivered';
}

export interface HealthSample extends SampleCommon {
  kind: 'health';
  batteryRatio?: number;
  batteryVolts?: number;
  linkDbm?: number;
  temperatureC?: number;
}
