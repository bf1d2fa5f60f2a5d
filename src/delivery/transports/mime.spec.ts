import fc from 'fast-check';
import { simpleParser, type ParsedMail } from 'mailparser';
import { MimeWriter } from './mime.js';
import { type Mail, utf8Parts } from './transport.js';

const AT = new Date('2026-03-01T09:08:07Z');
const TEXTS = { html: '<p>Hello</p>', text: 'Hello' };
const MAIL: Mail = {
  messageId: '01a20057-9716-70cb-92ae-251f4ad2aa4b',
  storeId: '01a20057-95dd-7026-b614-2031f03af755',
  from: { email: 'shop@shop.example', name: 'Shop' },
  to: 'anna@example.com',
  replyTo: null,
  subject: 'Subject',
  parts: () => utf8Parts(TEXTS),
  headers: { 'Message-ID': '<01a20057.1@shop.example>' },
};
const withParts = (texts: Partial<typeof TEXTS>, other: Partial<Mail> = {}): Mail => ({
  ...MAIL,
  ...other,
  parts: () => utf8Parts({ ...TEXTS, ...texts }),
});
const ODDITIES = [
  'ё',
  'Ж',
  '🛒',
  '👩‍👩‍👧',
  '"',
  '\\',
  '=?',
  '?=',
  '.',
  ',',
  ';',
  '<',
  '>',
  ':',
  '@',
  ' ',
  'A',
  'z',
  '7',
  '€',
  'ß',
];
/** A text as a header may have it: words of anything, parted by one blank. */
const words = fc
  .array(fc.string({ unit: fc.constantFrom(...ODDITIES.filter((it) => it !== ' ')), minLength: 1, maxLength: 90 }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((list) => list.join(' '));
const body = fc.string({
  unit: fc.oneof(fc.constantFrom(...ODDITIES, '\n', '\n.', '\n..\n', 'From ', '--=_'), fc.string({ unit: 'grapheme' })),
  maxLength: 3_000,
});

describe('a letter', () => {
  const writer = new MimeWriter();
  const written = (mail: Mail): string => writer.write(mail, AT, '').toString();
  const parsed = (mail: Mail): Promise<ParsedMail> => simpleParser(written(mail));

  it('is read as it was written, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, body, body, async (name, subject, html, text) => {
        const letter = await parsed(withParts({ html, text }, { from: { ...MAIL.from, name }, subject }));
        expect(letter.from?.value).toEqual([{ address: 'shop@shop.example', name }]);
        expect(letter.subject).toBe(subject);
        expect(letter.html === false ? '' : letter.html).toBe(html);
        if (text !== '') expect(letter.text).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('has lines of at most 76 characters, all of ASCII, none of which begins with a dot', () => {
    fc.assert(
      fc.property(words, words, body, body, (name, subject, html, text) => {
        const lines = written(withParts({ html, text }, { from: { ...MAIL.from, name }, subject })).split('\r\n');
        expect(lines.filter((line) => !/^(?!\.)[\x20-\x7e]{0,76}$/.test(line))).toEqual([]);
      }),
    );
  });

  it('tells who it is from and for, when it was written and how to unsubscribe', async () => {
    const letter = await parsed({
      ...MAIL,
      replyTo: 'help@shop.example',
      headers: { ...MAIL.headers, 'List-Unsubscribe': `<https://shop.example/u/${'t'.repeat(200)}>` },
    });
    expect(letter).toMatchObject({
      messageId: '<01a20057.1@shop.example>',
      to: { value: [{ address: 'anna@example.com', name: '' }] },
      replyTo: { value: [{ address: 'help@shop.example', name: '' }] },
      date: AT,
    });
    expect(letter.headers.get('list')).toMatchObject({
      unsubscribe: { url: `https://shop.example/u/${'t'.repeat(200)}` },
    });
  });

  it('has one recipient, whatever the address looks like', () => {
    expect(written({ ...MAIL, to: 'a,b@example.com' })).toContain('\r\nTo: <"a,b"@example.com>\r\n');
    expect(written({ ...MAIL, to: 'anna@почта.example' })).toContain('\r\nTo: anna@xn--80a1acny.example\r\n');
  });

  it('leaves out a part that is empty', async () => {
    expect(written(withParts({ text: '' }))).not.toContain('multipart');
    expect(await parsed(withParts({ text: '' }))).toMatchObject({ html: '<p>Hello</p>' });
    expect(await parsed(withParts({ html: '' }))).toMatchObject({ html: false, text: 'Hello' });
    expect(await parsed(withParts({ html: '', text: '' }))).toMatchObject({ html: false });
  });

  it('may be larger or smaller than the one before', async () => {
    for (const html of ['x'.repeat(2_000_000), '<p>small</p>', 'ж'.repeat(100_000), ''])
      expect(((await parsed(withParts({ html }))).html || '') === html).toBe(true);
  });
});
