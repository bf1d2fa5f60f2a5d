import { type Problem, Unprocessable } from '../platform/http/domain-error.js';
import { sendDays } from './send-days.js';

describe('the span of a table', () => {
  it.each([
    ['2026-11-21', '2026-11-21'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
    ['2026-11-21T23:30:00-01:00', '2026-11-22'],
    ['0001-01-01T00:00:00Z', '0001-01-01'],
  ])('takes %s for %s', (from, day) => {
    expect(sendDays({ from }, 'UTC')).toEqual({ from: day, to: null });
  });

  it.each([
    ['2026-11-01T00:00:00+01:00', 'Europe/Berlin', '2026-11-01'],
    ['2026-10-31T23:00:00.000Z', 'Europe/Berlin', '2026-11-01'],
    ['2026-11-02T04:59:59Z', 'America/New_York', '2026-11-01'],
    ['2026-11-01', 'Pacific/Auckland', '2026-11-01'],
    ['2026-11-01', 'America/New_York', '2026-11-01'],
  ])('takes %s for the day that it is at a store in %s: %s', (text, zone, day) => {
    expect(sendDays({ from: text, to: text }, zone)).toEqual({ from: day, to: day });
  });

  it.each(['0000-01-01', '0001-01-01T00:00:00+01:00', '9999-12-31T23:30:00-01:00', '2026-04-31', '2026-11', ''])(
    'refuses %p with a pointer',
    (from) => {
      expect(refused({ from })).toMatchObject([{ pointer: '/from', code: 'invalid_date' }]);
    },
  );

  it('may be one day, and ends no earlier than it begins', () => {
    expect(sendDays({ from: '2026-11-21', to: '2026-11-21' }, 'UTC')).toEqual({ from: '2026-11-21', to: '2026-11-21' });
    expect(sendDays({ to: '2026-11-21' }, 'UTC')).toEqual({ from: null, to: '2026-11-21' });
    expect(refused({ from: '2026-11-22', to: '2026-11-21' })).toMatchObject([{ pointer: '/to', code: 'before_from' }]);
  });
});

function refused(query: { readonly from: string; readonly to?: string }): readonly Problem[] | undefined {
  try {
    sendDays(query, 'UTC');
  } catch (error) {
    if (error instanceof Unprocessable) return error.errors;
    throw error;
  }
  return undefined;
}
