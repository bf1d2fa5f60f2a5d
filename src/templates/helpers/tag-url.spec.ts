import fc from 'fast-check';
import { tagUrl } from './tag-url.js';

const TAGS = 'utm_source=s&utm_medium=email&utm_campaign=c%20d';
const tagsOf = (url: string): readonly (string | null)[] =>
  ['utm_source', 'utm_medium', 'utm_campaign'].map((name) => new URL(url).searchParams.get(name));

describe('an address with UTM parameters', () => {
  it.each([
    ['https://shop.example', `https://shop.example?${TAGS}`],
    ['https://shop.example/', `https://shop.example/?${TAGS}`],
    ['http://shop.example:8080/a/b', `http://shop.example:8080/a/b?${TAGS}`],
    ['https://shop.example/p?id=1', `https://shop.example/p?id=1&${TAGS}`],
    ['https://shop.example/p?', `https://shop.example/p?${TAGS}`],
    ['https://shop.example/p?id=1&', `https://shop.example/p?id=1&${TAGS}`],
    ['https://shop.example/p?flag', `https://shop.example/p?flag&${TAGS}`],
    ['https://shop.example/p#reviews', `https://shop.example/p?${TAGS}#reviews`],
    ['https://shop.example/p?id=1#reviews', `https://shop.example/p?id=1&${TAGS}#reviews`],
    ['https://shop.example/#/cart?id=1', `https://shop.example/?${TAGS}#/cart?id=1`],
    ['https://shop.example/p#', `https://shop.example/p?${TAGS}#`],
    ['https://shop.example/p?sign=a%2Bb+c%zz&x=1;y=2', `https://shop.example/p?sign=a%2Bb+c%zz&x=1;y=2&${TAGS}`],
    ['https://xn--80aairftm.xn--p1ai/%D1%88', `https://xn--80aairftm.xn--p1ai/%D1%88?${TAGS}`],
    ['https://shop.example/p?next=https://a.example/?utm_source=x', null],
  ])('keeps %s as it is and adds them', (url, expected) => {
    const tagged = tagUrl(url, TAGS);
    if (expected !== null) expect(tagged).toBe(expected);
    expect(tagsOf(tagged)).toEqual(['s', 'email', 'c d']);
  });

  it.each([
    [
      'https://shop.example/?utm_source=theirs',
      'https://shop.example/?utm_source=theirs&utm_medium=email&utm_campaign=c%20d',
    ],
    [
      'https://shop.example/?a=1&UTM_Campaign=',
      'https://shop.example/?a=1&UTM_Campaign=&utm_source=s&utm_medium=email',
    ],
    [
      'https://shop.example/?utm%5Fmedium=sms#x',
      'https://shop.example/?utm%5Fmedium=sms&utm_source=s&utm_campaign=c%20d#x',
    ],
    [`https://shop.example/?${TAGS}#x`, `https://shop.example/?${TAGS}#x`],
  ])('never overrides what stands in %s', (url, expected) => {
    expect(tagUrl(url, TAGS)).toBe(expected);
  });

  it('changes nothing else of any address, and nothing the second time', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const tagged = tagUrl(url, TAGS);
        const [before, after] = [new URL(url), new URL(tagged)];
        expect([after.origin, after.pathname, after.hash]).toEqual([before.origin, before.pathname, before.hash]);
        expect(after.search.startsWith(before.search)).toBe(true);
        expect(tagUrl(tagged, TAGS)).toBe(tagged);
      }),
    );
  });
});
