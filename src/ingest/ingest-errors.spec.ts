import { answerOf } from './ingest-errors.js';

describe('an event from the future', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  it('is refused with where the sandbox’s clock stands, and what moves it', () => {
    expect(answerOf({ kind: 'in_future', now, clock: 'virtual' })).toMatchObject({
      code: 'occurred_in_future',
      message:
        'occurredAt is more than 5 minutes ahead of the sandbox’s clock, which stands at 2026-11-21T12:00:00.000Z until it is advanced or reset',
    });
  });

  it('is refused with what the clock of live shows', () => {
    expect(answerOf({ kind: 'in_future', now, clock: 'real' })).toMatchObject({
      message: 'occurredAt is more than 5 minutes ahead of the clock, which shows 2026-11-21T12:00:00.000Z',
    });
  });
});
