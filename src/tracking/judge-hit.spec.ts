import type { Hit } from './hit.js';
import { judgeHit } from './judge-hit.js';

const HIT: Hit = {
  id: '01890000-0000-7000-8000-000000000001',
  environmentId: '01890000-0000-7000-8000-000000000002',
  messageId: '01890000-0000-7000-8000-000000000003',
  action: 'click',
  linkIndex: 0,
  url: 'https://shop.example/',
  receivedAt: '2026-11-21T12:00:00.000Z',
  method: 'GET',
  purpose: null,
  userAgent: null,
};
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0';

const MACHINES = [
  'Barracuda Sentinel (EE)',
  'Mozilla/5.0 (compatible; Proofpoint URL Defense)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'TelegramBot (like TwitterBot)',
  'WhatsApp/2.23.20.0',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  `Mozilla/5.0 (X11; Linux x86_64) ${CHROME.replace('Chrome', 'HeadlessChrome')} Safari/537.36`,
  'curl/8.5.0',
  'Wget/1.21.4',
  'python-requests/2.31.0',
  'Go-http-client/1.1',
  'Java/17.0.9',
  'okhttp/4.12.0',
  'axios/1.6.2',
  'Apache-HttpClient/4.5.14 (Java/17)',
  'libwww-perl/6.72',
];
const PEOPLE = [
  'Mozilla/4.0 (compatible; ms-office; MSOffice 16)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)',
  'Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.5.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} YaBrowser/23.11.0.0 Safari/537.36`,
  `Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) ${CHROME} Mobile Safari/537.36`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/120.0.0.0`,
  `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${CHROME} Mobile Safari/537.36 GSA/14`,
];

describe('a hit', () => {
  it.each(MACHINES)('of %s is a machine’s, whether it opens or follows a link', (userAgent) => {
    for (const action of ['open', 'click'] as const)
      expect(judgeHit({ ...HIT, action, userAgent })).toMatchObject({ actor: 'machine', verdict: 'known_bot' });
  });

  it.each(PEOPLE)('of %s is a person’s', (userAgent) => {
    for (const action of ['open', 'click'] as const)
      expect(judgeHit({ ...HIT, action, userAgent })).toMatchObject({ actor: 'person', verdict: 'person' });
  });

  it.each(['prefetch', 'prefetch;prerender', 'preview', 'Prefetch', 'prerender'])(
    'for the purpose %s is a machine’s in any browser',
    (purpose) => {
      for (const userAgent of PEOPLE)
        expect(judgeHit({ ...HIT, purpose, userAgent })).toMatchObject({ actor: 'machine', verdict: 'prefetch' });
    },
  );

  it('that asks only for the head is a machine’s, whatever the same browser did before or does next', () => {
    const userAgent = 'Mozilla/5.0 (of this test) Firefox/145.0';
    const judged = ['HEAD', 'GET', 'HEAD'].map((method) => judgeHit({ ...HIT, method, userAgent }).verdict);
    expect(judged).toEqual(['head_request', 'person', 'head_request']);
  });

  it.each([
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  ])('of the mailbox’s picture proxy %s is somebody who opened, and no click', (userAgent) => {
    expect(judgeHit({ ...HIT, action: 'open', userAgent })).toMatchObject({ actor: 'person', verdict: 'image_proxy' });
    expect(judgeHit({ ...HIT, userAgent })).toMatchObject({ actor: 'machine' });
  });

  it('of Apple’s mail privacy, which fetches every picture of every letter, is a machine’s open', () => {
    expect(judgeHit({ ...HIT, action: 'open', userAgent: 'Mozilla/5.0' })).toMatchObject({ verdict: 'apple_privacy' });
  });
});
