import { judge, type Hit } from './machine.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 9, minute));

describe('a hit', () => {
  const hit: Hit = {
    action: 'click',
    method: 'GET',
    userAgent: 'Mozilla/5.0 (Macintosh) Safari/605',
    knownBot: false,
    purpose: null,
    sentAt: at(0),
    at: at(5),
  };
  it.each<[string, Partial<Hit>, string, string]>([
    ['a browser five minutes later', {}, 'person', 'person'],
    ['a HEAD request', { method: 'HEAD' }, 'machine', 'head_request'],
    ['a prefetch', { purpose: 'prefetch;prerender' }, 'machine', 'prefetch'],
    ['a known bot', { knownBot: true }, 'machine', 'known_bot'],
    ['a click within two seconds', { at: new Date(at(0).getTime() + 1_999) }, 'machine', 'too_fast'],
    ['a click after two seconds', { at: new Date(at(0).getTime() + 2_000) }, 'person', 'person'],
    ['a click where time stands still', { sentAt: null, at: at(0) }, 'person', 'person'],
    ['an open within two seconds', { action: 'open', at: at(0) }, 'person', 'person'],
    ["Apple's mail privacy", { action: 'open', userAgent: 'Mozilla/5.0' }, 'machine', 'apple_privacy'],
    [
      "Gmail's image proxy, a bot by its name",
      { action: 'open', knownBot: true, userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' },
      'person',
      'image_proxy',
    ],
    ['no user agent at all', { userAgent: null }, 'person', 'person'],
  ])('by %s', (_who, over, actor, verdict) => {
    expect(judge({ ...hit, ...over })).toEqual({ actor, verdict });
  });
});
