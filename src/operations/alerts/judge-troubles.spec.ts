import { judgeTroubles, type Observation } from './judge-troubles.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const due = (maxSeconds: number) => ({ count: 1, maxSeconds, p99Seconds: maxSeconds });
const feed = (silentHours: number) => ({
  firstAt: hoursAgo(2_000),
  lastAt: hoursAgo(silentHours),
  recent: 500,
  usualGapMs: 3_600_000,
});
const FIGURES = { runs: due(0), letters: due(0), inboxSeconds: 0, oldestTransactionSeconds: 0 };
const WELL: Observation = {
  figures: FIGURES,
  circuits: [],
  unresolved: 0,
  feeds: [{ store: 'coats', orders: feed(1), events: feed(1) }],
  host: { name: 'w1', freeDisk: 0.5, damagedSpoolFiles: 0 },
  isHeld: false,
};
const found = (more: Partial<Observation>) =>
  judgeTroubles({ ...WELL, ...more }, NOW).map(({ kind, subject, host }) => [kind, subject, host].join(' ').trim());

describe('troubles', () => {
  it('are none while all is well, and where nothing is known', () => {
    expect(found({})).toEqual([]);
    expect(
      found({ feeds: [{ store: 'new', orders: null, events: null }], host: { ...WELL.host, freeDisk: null } }),
    ).toEqual([]);
  });

  it.each<[string, Partial<Observation>]>([
    ['circuit_open coats smtp', { circuits: [{ store: 'coats', provider: 'smtp' }] }],
    ['sends_unresolved letters', { unresolved: 3 }],
    ['order_feed_silent coats', { feeds: [{ store: 'coats', orders: feed(7), events: feed(1) }] }],
    ['event_feed_silent coats', { feeds: [{ store: 'coats', orders: feed(7), events: feed(7) }] }],
    ['work_stalled runs', { figures: { ...FIGURES, runs: due(300) } }],
    ['work_stalled letters', { figures: { ...FIGURES, letters: due(300) } }],
    ['work_stalled events', { figures: { ...FIGURES, inboxSeconds: 300 } }],
    ['long_transaction database', { figures: { ...FIGURES, oldestTransactionSeconds: 3_600 } }],
    ['disk_low w1 w1', { host: { ...WELL.host, freeDisk: 0.04 } }],
    ['spool_damaged w1 w1', { host: { ...WELL.host, damagedSpoolFiles: 1 } }],
  ])('%s', (trouble, more) => {
    expect(found(more)).toEqual([trouble]);
  });

  it('do not call it a stalled worker that letters wait on purpose or for a provider that refuses them', () => {
    const figures = { ...FIGURES, letters: due(9_000) };
    expect(found({ figures, isHeld: true })).toEqual([]);
    expect(found({ figures, circuits: [{ store: 'coats', provider: 'smtp' }] })).toEqual(['circuit_open coats smtp']);
  });
});
