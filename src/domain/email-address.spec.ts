import fc from 'fast-check';
import { parseEmail } from './email-address.js';

describe('an e-mail address', () => {
  it.each([
    ['A@x.com', 'A@x.com', 'a@x.com'],
    ['a@X.COM', 'a@x.com', 'a@x.com'],
    [' anna@example.com ', 'anna@example.com', 'anna@example.com'],
    ['anna+shop@example.com', 'anna+shop@example.com', 'anna+shop@example.com'],
    ["o'neil@example.com", "o'neil@example.com", "o'neil@example.com"],
    ['anna@Почта.рф', 'anna@почта.рф', 'anna@xn--80a1acny.xn--p1ai'],
    ['anna@xn--80a1acny.xn--p1ai', 'anna@xn--80a1acny.xn--p1ai', 'anna@xn--80a1acny.xn--p1ai'],
    ['anna@bücher.example', 'anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['ａｎｎａ＠example.com', 'anna@example.com', 'anna@example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['a@sub.domain.example.com', 'a@sub.domain.example.com', 'a@sub.domain.example.com'],
  ])('%s is kept as %s and found as %s', (text, email, key) => {
    expect(parseEmail(text)).toMatchObject({ ok: true, email, key });
  });

  it.each([
    ['', 'empty'],
    ['anna', 'no @'],
    ['anna@', 'no domain'],
    ['@example.com', 'no local part'],
    ['a@b@example.com', 'two @'],
    ['anna@localhost', 'a host without a zone'],
    ['anna@example.com.', 'a trailing dot'],
    ['anna@example..com', 'an empty label'],
    ['anna@-example.com', 'a hyphen in front'],
    ['anna@127.0.0.1', 'an IP address'],
    ['anna@[127.0.0.1]', 'a bracketed address'],
    ['anna@example.0x7f', 'a number as a zone'],
    ['anna@exa_mple.com', 'an underscore'],
    ['anna@example.com/x', 'a path'],
    ['anna@exam%70le.com', 'an escape'],
    [`${'a'.repeat(65)}@example.com`, '65 characters before the @'],
    [`a@${'b'.repeat(64)}.com`, 'a label of 64'],
    ['.anna@example.com', 'a dot in front'],
    ['an..na@example.com', 'two dots'],
    ['"anna"@example.com', 'quotes'],
    ['"<script>"@example.com', 'markup'],
    ['an`na@example.com', 'a backtick'],
    ['a@example.com,b@example.com', 'a list'],
    ['a@example.com;b@example.com', 'a list with semicolons'],
    ['Anna <anna@example.com>', 'a display name'],
    ['anna@example.com\r\nBcc: b@example.com', 'a header'],
    ['an\u202Ena@example.com', 'a bidi override'],
    ['an\u200Bna@example.com', 'a zero-width space'],
    ['an\u0000na@example.com', 'NUL'],
    ['аnna@example.com', 'a Cyrillic а before the @'],
    ['anna@ехample.com', 'Cyrillic among Latin letters'],
    ['anna@gοogle.example', 'a Greek ο among Latin letters'],
    ['anna@gօogle.example', 'an Armenian օ among Latin letters'],
    ['an na@example.com', 'a space'],
    [`a@${'b.'.repeat(130)}com`, 'a domain of more than 253'],
  ])('is not %j (%s)', (text) => {
    expect(parseEmail(text)).toMatchObject({ ok: false });
  });

  it('is found under a key that is an address with the same key', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (text) => {
        const parsed = parseEmail(text);
        if (parsed.ok) expect(parseEmail(parsed.key)).toMatchObject({ ok: true, key: parsed.key });
      }),
    );
  });

  it('is read from any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof parseEmail(text).ok === 'boolean'));
  });
});
