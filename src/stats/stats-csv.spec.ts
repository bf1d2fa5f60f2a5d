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

  it('tells of all money, in columns that stay where they were', () => {
    const sums = ['100', '20.5', '3'].map((amount, i) => ({ amount, currency: ['RUB', 'EUR', 'USD'][i]! }));
    const csv = statsCsv(
      [statsRow({ scenario: 's', step: 'a' }, NO_FIGURES, sums, { machine: false, currency: 'EUR' })],
      'step',
    );
    const [header, line] = csv.split('\r\n');
    expect(header).toBe(
      'scenario,step,sent,delivered,opens,uniqueOpens,clicks,uniqueClicks,orders,revenue,currency,unsubscribes,complaints,bounces,openRate,clickRate,clickToOpenRate,orderRate,ordersIncrement,otherRevenue',
    );
    expect(line).toBe('s,a,0,0,0,0,0,0,0,20.50,EUR,0,0,0,,,,,,100.00 RUB; 3.00 USD');
  });

  it('has a column for everything that is counted of a row', () => {
    const row = statsRow({ scenario: 's', step: 'a' }, NO_FIGURES, [], { machine: false, currency: 'EUR' });
    const counted = Object.entries(row).filter(([, value]) => typeof value === 'number');
    expect(statsCsv([row], 'step').split('\r\n')[0]!.split(',')).toEqual(
      expect.arrayContaining(counted.map(([name]) => name)),
    );
    expect(counted.length).toBeGreaterThanOrEqual(10);
  });

  it('leaves a rate that is not known empty', () => {
    const csv = statsCsv(
      [statsRow({ scenario: 's', step: 'a' }, NO_FIGURES, [], { machine: false, currency: 'EUR' })],
      'step',
    );
    expect(csv.split('\r\n')[1]).toBe('s,a,0,0,0,0,0,0,0,0.00,EUR,0,0,0,,,,,,');
  });
});
