import { base64LinesLength, pairedBytes, writeBase64Lines } from './base64-lines.js';

describe('lines of base64', () => {
  it('are what Node makes of the same bytes, cut after 76 characters, wherever they begin', () => {
    for (let length = 0; length < 200; length++)
      for (const at of [0, 1]) {
        const source = Buffer.from(Array.from({ length }, (_, i) => (i * 151 + length) % 256));
        const target = pairedBytes(at + base64LinesLength(length));
        const end = writeBase64Lines(source, length, target, at);
        const lines = source.toString('base64').match(/.{1,76}/g) ?? [];
        expect(target.bytes.toString('latin1', at, end)).toBe(lines.map((line) => `${line}\r\n`).join(''));
      }
  });
});
