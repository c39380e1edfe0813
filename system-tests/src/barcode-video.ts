import { writeFileSync } from 'node:fs';

const WIDTH = 640;
const HEIGHT = 480;
const MODULE_PX = 4;
const QUIET_MODULES = 12;
const BAR_TOP = 120;
const BAR_BOTTOM = 360;

/** Left odd parity; even parity and the right side follow from it (GS1 General Specifications, 5.2.1.2). */
const ODD = [
  '0001101',
  '0011001',
  '0010011',
  '0111101',
  '0100011',
  '0110001',
  '0101111',
  '0111011',
  '0110111',
  '0001011',
];
const PARITIES = ['OOOOOO', 'OOEOEE', 'OOEEOE', 'OOEEEO', 'OEOOEE', 'OEEOOE', 'OEEEOO', 'OEOEOE', 'OEOEEO', 'OEEOEO'];

/** Writes a film of one still EAN-13 barcode (YUV4MPEG2), for Chromium's faked camera. */
export function writeBarcodeVideo(file: string, ean13: string): void {
  const bars = ean13Modules(ean13);
  const left = Math.floor((WIDTH - bars.length * MODULE_PX) / 2);
  if (left < QUIET_MODULES * MODULE_PX) throw new RangeError('the barcode does not fit');
  const luma = Buffer.alloc(WIDTH * HEIGHT, 235);
  for (let y = BAR_TOP; y < BAR_BOTTOM; y += 1) {
    for (let x = 0; x < bars.length * MODULE_PX; x += 1) {
      if (bars[Math.floor(x / MODULE_PX)] === '1') luma[y * WIDTH + left + x] = 16;
    }
  }
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, chroma]);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]),
  );
}

/** 95 modules, '1' is dark. */
function ean13Modules(digits: string): string {
  const [first = 0, ...rest] = Array.from(digits, Number);
  const parity = PARITIES[first] ?? '';
  const left = rest.slice(0, 6).map((digit, index) => (parity[index] === 'O' ? odd(digit) : reverse(right(digit))));
  const rightSide = rest.slice(6).map(right);
  return `101${left.join('')}01010${rightSide.join('')}101`;
}

function odd(digit: number): string {
  return ODD[digit] ?? '';
}

function right(digit: number): string {
  return Array.from(odd(digit), (module) => (module === '1' ? '0' : '1')).join('');
}

function reverse(modules: string): string {
  return Array.from(modules).reverse().join('');
}
