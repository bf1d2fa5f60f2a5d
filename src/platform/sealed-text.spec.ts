import fc from 'fast-check';
import { openText, sealText } from './sealed-text.js';
import { Secrets } from './secrets.js';

const KEY = new Secrets('a secret of this specification only').derive('spec');
const TEXT = '{"key":"tm_live_ABCDEFGHIJ_secret"}';

describe('a sealed text', () => {
  it('comes back as it was, and is another one each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, owner) => {
        expect(openText(KEY, owner, sealText(KEY, owner, text))).toBe(text);
      }),
    );
    expect(sealText(KEY, 'mine', TEXT)).not.toBe(sealText(KEY, 'mine', TEXT));
  });

  it('shows nothing of what it holds', () => {
    expect(Buffer.from(sealText(KEY, 'mine', TEXT), 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('cannot be opened for another owner, with another key, or after a byte was changed', () => {
    const sealed = sealText(KEY, 'mine', TEXT);
    expect(() => openText(KEY, 'yours', sealed)).toThrow();
    expect(() =>
      openText(new Secrets('another secret of this specification').derive('spec'), 'mine', sealed),
    ).toThrow();
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const touched = Buffer.from(bytes);
      touched[at]! ^= 1;
      expect(() => openText(KEY, 'mine', touched.toString('base64url'))).toThrow();
    }
    expect(() => openText(KEY, 'mine', '')).toThrow();
  });
});
