import { statsCsv } from './stats-csv.js';
import { NO_FIGURES, statsRow } from './stats-row.js';

describe('the CSV of a table', () => {
  it('disarms what a spreadsheet would run as a formula', () => {
    for (const step of ['=cmd|x@x.io', '+1', '-1', '@sum', '\t=1']) {
      const csv = statsCsv(
        [statsRow({ scenario: 's', step }, NO_FIGURES, [], { machine: false, currency: 'EUR' })],
        'step',
      );
      expect(csv.split('\r\n')[1]).toContain(`'${step}`);
    }
  });

  it('leaves a rate that is not known empty', () => {
    const csv = statsCsv(
      [statsRow({ scenario: 's', step: 'a' }, NO_FIGURES, [], { machine: false, currency: 'EUR' })],
      'step',
    );
    expect(csv.split('\r\n')[1]).toBe('s,a,0,0,0,0,0,0,0,0.00,EUR,0,0,0,,,,,');
  });
});
