import type { Env } from '../platform/config/env.js';
import { newId } from '../platform/ids.js';
import { Secrets } from '../platform/secrets.js';
import { MOST_FAILURES, retryDelayMs } from './backoff.js';
import { Circuits, MOST_EQUAL_REFUSALS } from './circuits.js';
import { DeliveryTimes } from './delivery-times.js';
import type { ProviderStates } from './provider-states.js';
import { LetterLinks } from '../templates/letter-links.js';
import { headerText, letterHeaders, parseMailbox } from './mail-headers.js';
import { outcomeOfResult } from './outcome.js';
import { isAllowedRecipient } from './recipients.js';
import { dayIn } from './sent-on.js';
import { Slots } from './slots.js';
import { smtpOutcome } from './transports/smtp-outcome.js';

describe('the wait after a failed try', () => {
  it('grows from half a minute to an hour under full jitter', () => {
    const longest = (failures: number): number => retryDelayMs(30_000, failures, null, 0.999_999);
    expect([0, 1, 2, 7, 20].map((failures) => Math.round(longest(failures) / 1000))).toEqual([30, 60, 120, 3600, 3600]);
    expect(retryDelayMs(30_000, 3, null, 0)).toBe(0);
  });

  it('is never shorter than the provider asks for', () => {
    expect(retryDelayMs(30_000, 0, 90_000, 0.5)).toBe(90_000);
  });

  it('is an hour at the most, whatever the provider asks for', () => {
    expect(retryDelayMs(30_000, 0, 30 * 86_400_000, 0.5)).toBe(3_600_000);
    expect(retryDelayMs(30_000, 0, 1.7e15, 0.5)).toBe(3_600_000);
  });
});

describe('what a result makes of a letter', () => {
  const retry = { kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true } as const;
  const waits = { retryFirstMs: 30_000, circuitMs: 30_000 };

  it('fails it after the eighth counted try', () => {
    expect(outcomeOfResult(retry, MOST_FAILURES - 2, waits, 0)).toMatchObject({ state: 'retry' });
    expect(outcomeOfResult(retry, MOST_FAILURES - 1, waits, 0)).toMatchObject({
      state: 'failed',
      reason: 'attempts_exhausted',
    });
  });

  it('never fails it for rate limits', () => {
    expect(outcomeOfResult({ ...retry, counts: false }, 50, waits, 0)).toMatchObject({
      state: 'retry',
      result: 'throttled',
    });
  });

  it('keeps it planned through a fault of the settings', () => {
    expect(outcomeOfResult({ kind: 'config', status: 401, detail: 'no' }, 0, waits, 0)).toMatchObject({
      state: 'planned',
      retryMs: 30_000,
    });
  });
});

describe('a mail server’s last words', () => {
  it('mean nothing certain when the line breaks after the last byte', () => {
    const lost = { message: 'Connection closed', command: 'CONN' };
    expect(smtpOutcome(lost, true)).toMatchObject({ kind: 'unknown' });
    expect(smtpOutcome(lost, false)).toMatchObject({ kind: 'retry', counts: true });
  });

  it.each([
    ['DATA', 552, { kind: 'rejected', code: '5.3.4' }],
    ['RCPT TO', 550, { kind: 'rejected' }],
    ['RCPT TO', 451, { kind: 'retry' }],
    ['DATA', 421, { kind: 'retry' }],
    ['AUTH PLAIN', 535, { kind: 'config' }],
    ['MAIL FROM', 553, { kind: 'config' }],
  ])('at %s with %d', (command, responseCode, expected) => {
    const response = `${responseCode} 5.3.4 words`;
    expect(smtpOutcome({ message: 'x', command, responseCode, response }, true)).toMatchObject(expected);
  });
});

describe('headers', () => {
  it.each(['a\r\nBcc: x@y', 'a\u0000b', 'a\u2028b', '\u0085a', 'a\nb'])('cannot be split by %j', (text) => {
    // eslint-disable-next-line no-control-regex
    expect(headerText(text)).not.toMatch(/[\u0000-\u001f\u0085\u2028]/);
  });

  it('offer unsubscribe in marketing and care, not in service letters', () => {
    const letter = {
      messageId: 'm',
      attempt: 2,
      from: { email: 'a@shop.example', name: null },
      unsubscribeUrl: 'https://t/u/x',
    };
    expect(letterHeaders({ ...letter, messageClass: 'service' })).toEqual({ 'Message-ID': '<m.2@shop.example>' });
    expect(letterHeaders({ ...letter, messageClass: 'care' })).toMatchObject({ 'List-Unsubscribe': '<https://t/u/x>' });
  });

  it('are ASCII where sender and service have names in other letters', () => {
    const env = { PORT: 3000, PUBLIC_URL: 'https://письма.магазин.рф/' } as unknown as Env;
    const links = new LetterLinks(new Secrets('a secret of at least thirty-two characters'), env);
    const { unsubscribe } = links.pages({ environmentId: newId(), id: newId(), messageClass: 'marketing' });
    const from = { email: 'shop@магазин.рф', name: null };
    const headers = letterHeaders({
      messageId: 'm',
      attempt: 2,
      from,
      messageClass: 'marketing',
      unsubscribeUrl: unsubscribe,
    });
    expect(headers).toMatchObject({
      'Message-ID': '<m.2@xn--80aairftm.xn--p1ai>',
      'List-Unsubscribe': expect.stringMatching(/^<https:\/\/[!-~]+\.xn--80aairftm\.xn--p1ai\/u\/[!-~]+>$/) as string,
    });
  });

  it('read a sender with or without a name', () => {
    expect(parseMailbox('"My, Shop" <a@b.example>')).toEqual({ email: 'a@b.example', name: 'My, Shop' });
    expect(parseMailbox('a@b.example')).toEqual({ email: 'a@b.example', name: null });
  });
});

describe('recipients in live', () => {
  it('are everyone while no list names anyone', () => {
    expect(isAllowedRecipient('a@b.example', [[], []])).toBe(true);
  });

  it('must be on every list that names somebody, by address or domain', () => {
    expect(isAllowedRecipient('Anna@B.example', [['b.example'], ['anna@b.example']])).toBe(true);
    expect(isAllowedRecipient('a@sub.b.example', [['b.example']])).toBe(false);
    expect(isAllowedRecipient('eve@b.example', [['b.example'], ['anna@b.example']])).toBe(false);
  });
});

describe('places of a transport', () => {
  it('are taken in groups of at least half of them, and never more than there are', async () => {
    const slots = new Slots(() => 10);
    expect(await slots.take(8)).toBe(8);
    const taken: number[] = [];
    void slots.take(9).then((count) => taken.push(count));
    slots.giveBack(2);
    await Promise.resolve();
    expect(taken).toEqual([]);
    slots.giveBack(1);
    await Promise.resolve();
    expect(taken).toEqual([5]);
  });

  it('may become fewer while they are taken: then nobody gets one until half of what is left is free', async () => {
    let places = 10;
    const slots = new Slots(() => places);
    await slots.take(10);
    places = 4;
    const taken: number[] = [];
    void slots.take(9).then((count) => taken.push(count));
    slots.giveBack(7);
    await Promise.resolve();
    expect(taken).toEqual([]);
    slots.giveBack(1);
    await Promise.resolve();
    expect(taken).toEqual([2]);
  });
});

describe('a circuit', () => {
  it('stays open twice as long with each repeated fault, forgets after a success, and tells the other processes', () => {
    let nowMs = 0;
    const clock = { now: () => new Date(0), monotonicMs: () => nowMs };
    const told: unknown[] = [];
    const states: ProviderStates = {
      refused: (storeId, forMs) => void told.push(['refused', storeId, forMs]),
      recovered: (storeId) => void told.push(['recovered', storeId]),
      paused: (storeId, forMs) => void told.push(['paused', storeId, forMs]),
    };
    const circuits = new Circuits(clock, new DeliveryTimes({ circuitMs: 100, circuitMaxMs: 300 }), states);
    expect(circuits.fault('s', 'no')).toBe(100);
    expect(circuits.shut()).toEqual(['s']);
    nowMs = 100;
    expect(circuits.shut()).toEqual([]);
    expect(circuits.fault('s', 'no')).toBe(200);
    nowMs = 300;
    circuits.success('s');
    circuits.success('s');
    expect(circuits.fault('s', 'no')).toBe(100);
    circuits.pause('t', 1_000);
    nowMs = 700;
    circuits.success('t');
    expect(told).toEqual([
      ['refused', 's', 100],
      ['refused', 's', 200],
      ['recovered', 's'],
      ['refused', 's', 100],
      ['paused', 't', 300],
    ]);
  });
});

describe('a circuit that is open', () => {
  const QUIET: ProviderStates = { refused: () => undefined, recovered: () => undefined, paused: () => undefined };
  const opened = () => {
    const time = { ms: 0 };
    const clock = { now: () => new Date(0), monotonicMs: () => time.ms };
    return { time, circuits: new Circuits(clock, new DeliveryTimes({ circuitMs: 100, circuitMaxMs: 300 }), QUIET) };
  };

  it('is shut by no pause that ends before, nor by the success of a letter that was on its way', () => {
    const { time, circuits } = opened();
    circuits.fault('s', 'no');
    circuits.pause('s', 10);
    expect(circuits.leftMs('s')).toBe(100);
    time.ms = 50;
    circuits.success('s');
    expect(circuits.leftMs('s')).toBe(50);
    expect(circuits.fault('s', 'no, of a letter beside it')).toBe(50);
    time.ms = 100;
    expect(circuits.fault('s', 'no')).toBe(200);
  });

  it('for a pause is open for a fault as well', () => {
    const { circuits } = opened();
    circuits.pause('s', 50);
    expect(circuits.fault('s', 'no')).toBe(100);
    expect(circuits.leftMs('s')).toBe(100);
  });
});

describe('equal refusals', () => {
  it('of more than ten letters in a row are a fault of the settings; another one, or a success, begins anew', () => {
    const states = { refused: () => undefined, recovered: () => undefined, paused: () => undefined };
    const circuits = new Circuits({ now: () => new Date(0), monotonicMs: () => 0 }, new DeliveryTimes(), states);
    const refused = (times: number, code = '400:content') =>
      Array.from({ length: times }, () => circuits.refused('s', code)).filter(Boolean).length;
    expect(refused(MOST_EQUAL_REFUSALS)).toBe(0);
    expect(refused(3)).toBe(3);
    expect(refused(MOST_EQUAL_REFUSALS, '413')).toBe(0);
    expect(refused(1)).toBe(0);
    expect(refused(MOST_EQUAL_REFUSALS - 1)).toBe(0);
    circuits.success('s');
    expect(refused(1)).toBe(0);
  });
});

describe('the day of a letter', () => {
  it('is the store’s', () => {
    const at = new Date('2026-11-21T22:30:00Z');
    expect(dayIn('Europe/Moscow', at)).toBe('2026-11-22');
    expect(dayIn('America/New_York', at)).toBe('2026-11-21');
    expect(dayIn('Mars/Olympus', at)).toBe('2026-11-21');
  });
});
