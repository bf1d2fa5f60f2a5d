import fc from 'fast-check';
import pg from 'pg';
import { readInstant } from './instant.js';

const otherwise = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

/** As PostgreSQL writes it: zeros at the end of the fraction, and an empty fraction, are left out. */
function written(at: Date, microseconds: number): string {
  const fraction = `${at.toISOString().slice(20, 23)}${String(microseconds).padStart(3, '0')}`.replace(/0+$/, '');
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}${fraction && `.${fraction}`}+00`;
}

describe('an instant from PostgreSQL', () => {
  it('is read to the millisecond, whatever its digits', () => {
    const instants = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 999 }), (at, microseconds) => {
        expect(readInstant(written(at, microseconds))).toEqual(at);
      }),
    );
  });

  it.each(['infinity', '-infinity', '0044-03-15 00:00:00+00 BC', '0099-01-01 00:00:00+00', '10000-01-01 00:00:00+00'])(
    'is read as pg would where it is unusual: %s',
    (text) => expect(readInstant(text)).toEqual(otherwise(text)),
  );

  it('of another zone is the same instant', () => {
    expect(readInstant('2026-11-28 15:45:00.5+03')).toEqual(new Date('2026-11-28T12:45:00.500Z'));
    expect(readInstant('2026-11-28 12:45:00+00:30')).toEqual(new Date('2026-11-28T12:15:00Z'));
  });
});
