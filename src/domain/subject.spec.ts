import { subjectOf } from './subject.js';

const link = (id: string): string =>
  `https://shop.example/checkouts/${'0123456789abcdef'.repeat(12)}/recover?key=${id}`;

describe('a subject', () => {
  it('is the text itself as long as it is no longer than the longest id', () => {
    for (const text of ['', '81', 'x'.repeat(200), '🎁'.repeat(100)]) expect(subjectOf(text)).toBe(text);
  });

  it('is never longer than that', () => {
    for (const text of ['x'.repeat(201), link('a'), '🎁'.repeat(5_000)])
      expect(subjectOf(text).length).toBeLessThanOrEqual(200);
  });

  it('is for one long text always the same, which is stored, and for no other', () => {
    expect(subjectOf(link('a'))).toBe(`${link('a').slice(0, 183)}#47a93a0d276b181e`);
    const many = Array.from({ length: 10_000 }, (_, id) => subjectOf(link(String(id))));
    expect(new Set(many).size).toBe(many.length);
  });

  it('holds no half of a character, wherever a long text is cut', () => {
    for (const lead of ['', 'x']) {
      const subject = subjectOf(lead + '🎁'.repeat(150));
      expect(subject.isWellFormed()).toBe(true);
      expect(subject).toMatch(/🎁#[0-9a-f]{16}$/u);
    }
  });

  it('that is made from another is itself', () => {
    expect(subjectOf(subjectOf(link('a')))).toBe(subjectOf(link('a')));
  });
});
