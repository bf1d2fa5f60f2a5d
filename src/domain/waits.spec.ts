import { aCompiled, after, anEmailStep, anEvent, facts, NINE } from '../../test/support/domain-builders.js';
import { addOffset, nextTimeOfDay } from './calendar.js';
import type { Advance } from './run.js';
import { advance, enterRun } from './timeline.js';

const until = (over: Readonly<Record<string, unknown>>) => ({ id: 'w', type: 'wait', until: over });
const date = (over: Readonly<Record<string, unknown>>) => ({ id: 'w', type: 'wait', date: over });
const enter = (
  steps: readonly unknown[],
  {
    data = {},
    contact = {},
    now = after({}),
  }: { data?: Readonly<Record<string, unknown>>; contact?: object; now?: Date } = {},
): Advance => {
  const compiled = aCompiled({ trigger: { type: 'event', event: 'my.event' }, exits: [], steps });
  const event = anEvent({ type: 'my.event', data });
  return enterRun(compiled, { event, subject: '', holdout: false }, facts({ contact }), now);
};
const trail = ({ steps }: Advance): readonly string[] =>
  steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));

describe('a wait until an hour', () => {
  it('is over when the clock of the person shows it next, the store’s where theirs is not known', () => {
    expect(enter([until({ time: '10:00' })]).run.dueAt).toEqual(new Date('2026-11-22T07:00:00Z'));
    expect(enter([until({ time: '13:00' })]).run.dueAt).toEqual(new Date('2026-11-21T10:00:00Z'));
    const contact = { timezone: 'America/New_York' };
    expect(enter([until({ time: '10:00' })], { contact }).run.dueAt).toEqual(new Date('2026-11-21T15:00:00Z'));
  });

  it.each([
    ['store', '2026-11-22T07:00:00Z'],
    ['Asia/Tokyo', '2026-11-22T01:00:00Z'],
  ])('by the clock that it names: %s', (zone, at) => {
    const contact = { timezone: 'America/New_York' };
    expect(enter([until({ time: '10:00', zone })], { contact }).run.dueAt).toEqual(new Date(at));
  });

  it('is over on one of its days', () => {
    expect(enter([until({ time: '10:00', days: ['mon', 'wed'] })]).run.dueAt).toEqual(new Date('2026-11-23T07:00:00Z'));
  });

  it('waits for the next day where it begins at that very hour, so that two of them are two days', () => {
    expect(enter([until({ time: '12:00' })]).run.dueAt).toEqual(new Date('2026-11-22T09:00:00Z'));
  });

  it('is over in the past for a run that comes late to it, and the next wait counts from there', () => {
    const steps = [until({ time: '13:00' }), { id: 'v', type: 'wait', for: '2 hours' }, anEmailStep('a')];
    const entered = enter(steps, { now: after({ hours: 2 }) });
    expect(trail(entered)).toEqual(['entered', 'w waited', 'v waiting']);
    expect(entered.run.dueAt).toEqual(after({ hours: 3 }));
  });

  it.each([
    ['that the clock skips is over when the clock goes on', '02:30', '2026-03-29T00:00:00Z', '2026-03-29T01:30:00Z'],
    ['that comes twice is over the first time', '02:30', '2026-10-24T22:00:00Z', '2026-10-25T00:30:00Z'],
    ['that comes twice is over tomorrow after the first time', '02:30', '2026-10-25T00:45:00Z', '2026-10-26T01:30:00Z'],
  ])('%s', (_what, time, from, at) => {
    expect(nextTimeOfDay(new Date(from), time, null, 'Europe/Berlin')).toEqual(new Date(at));
  });
});

describe('a wait for a moment', () => {
  const at = 'event.endsAt';

  it('is over at the instant that the event names, before or after it by an offset', () => {
    const data = { endsAt: '2026-12-01T10:00:00Z' };
    const dueWith = (over: object) => enter([date({ at, ...over })], { data }).run.dueAt?.toISOString();
    expect(dueWith({})).toBe('2026-12-01T10:00:00.000Z');
    expect(dueWith({ offset: '-3 days' })).toBe('2026-11-28T10:00:00.000Z');
    expect(dueWith({ offset: 'PT2H' })).toBe('2026-12-01T12:00:00.000Z');
  });

  it('begins a day when it begins where the person is', () => {
    const data = { endsAt: '2026-12-01' };
    const contact = { timezone: 'Asia/Tokyo' };
    expect(enter([date({ at })], { data, contact }).run.dueAt).toEqual(new Date('2026-11-30T15:00:00Z'));
    expect(enter([date({ at, offset: '-P1D' })], { data }).run.dueAt).toEqual(new Date('2026-11-29T21:00:00Z'));
  });

  it('can be reckoned, and be the person’s', () => {
    const contact = { attributes: { birthday: '2026-12-24' } };
    const reckoned = date({ at: 'event.at + duration("48h")' });
    expect(enter([reckoned]).run.dueAt).toEqual(after({ days: 2 }));
    expect(enter([date({ at: 'contact.attributes.birthday' })], { contact }).run.dueAt).toEqual(
      new Date('2026-12-23T21:00:00Z'),
    );
  });

  const past = { endsAt: '2026-11-01T00:00:00Z' };
  const letters = [anEmailStep('a'), anEmailStep('b')];
  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['continue', past, ['entered', 'w skipped date_past', 'a planned']],
    ['skip-next', past, ['entered', 'w skipped date_past', 'a skipped late', 'b planned']],
    ['exit', past, ['entered', 'w skipped date_past', 'ended ended_by_step:date_past']],
    ['continue', {}, ['entered', 'w skipped date_unknown', 'a planned']],
    ['skip-next', { endsAt: 'soon' }, ['entered', 'w skipped date_unknown', 'a skipped late', 'b planned']],
    ['exit', { endsAt: 20261201 }, ['entered', 'w skipped date_unknown', 'ended ended_by_step:date_unknown']],
  ])('that is over or not known: %s', (ifPast, data, steps) => {
    const entered = enter([date({ at, ifPast }), ...letters], { data });
    expect(trail(entered)).toEqual(steps);
    const unknown = entered.steps.find(({ reason }) => reason === 'date_unknown');
    if (unknown) expect(unknown.field).toBe(at);
  });

  it('leaves a whole branch out where that is the next step, and a letter with its row', () => {
    const branch = { id: 'x', type: 'branch', cases: [{ when: 'true', steps: [anEmailStep('a')] }] };
    const entered = enter([date({ at, ifPast: 'skip-next' }), branch, anEmailStep('b')], { data: past });
    expect(trail(entered)).toEqual(['entered', 'w skipped date_past', 'x skipped late', 'b planned']);
    const { messages } = enter([date({ at, ifPast: 'skip-next' }), ...letters], { data: past });
    expect(messages.map(({ stepId, state, reason }) => [stepId, state, reason])).toEqual([
      ['a', 'skipped', 'late'],
      ['b', 'planned', null],
    ]);
  });

  it('is not over for a run that is only late to come to it', () => {
    const data = { endsAt: after({ hours: 1 }).toISOString() };
    const entered = enter([date({ at, ifPast: 'exit' }), anEmailStep('a')], { data, now: after({ hours: 2 }) });
    expect(trail(entered)).toEqual(['entered', 'w waited', 'a planned']);
    expect(entered.messages[0]!.dueAt).toEqual(after({ hours: 1 }));
  });

  it('moves on when it is due', () => {
    const steps = [date({ at }), anEmailStep('a')];
    const compiled = aCompiled({ trigger: { type: 'event', event: 'my.event' }, exits: [], steps });
    const { run } = enter(steps, { data: { endsAt: after({ days: 9 }).toISOString() } });
    expect(trail(advance(compiled, run, facts(), after({ days: 9 })))).toEqual(['w waited', 'a planned']);
  });
});

it.each([
  ['2026-03-31T09:00:00Z', '-P1M', '2026-02-28T10:00:00Z'],
  ['2026-03-29T10:00:00Z', '-P1D', '2026-03-28T11:00:00Z'],
  ['2026-03-29T10:00:00Z', '-PT24H', '2026-03-28T10:00:00Z'],
  [NINE, 'P1D', '2026-11-22T09:00:00Z'],
])('an offset is counted by the calendar as waits are: %s %s', (at, offset, moved) => {
  expect(addOffset(new Date(at), offset, 'Europe/Berlin')).toEqual(new Date(moved));
});
