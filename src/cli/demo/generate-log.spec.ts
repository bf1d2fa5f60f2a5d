import { readFile } from 'node:fs/promises';
import { generateLog, TWO_WEEKS } from './generate-log.js';
import { formatLog, parseLog } from './log-row.js';

describe('the log that ships with the project', () => {
  const rows = generateLog(TWO_WEEKS);

  it('is what its generator makes, to the byte', async () => {
    expect(formatLog(rows)).toBe(await readFile(new URL('../../../demo/two-weeks.csv', import.meta.url), 'utf8'));
  });

  it('reads back as it was written', () => {
    expect(parseLog(formatLog(rows))).toEqual(rows);
  });

  it('repeats some rows and covers two weeks, as real logs do', () => {
    const lines = rows.map((row) => `${row.at} ${row.visitor} ${row.event} ${row.item}`);
    expect(lines.length - new Set(lines).size).toBeGreaterThan(10);
    expect(new Set(rows.map((row) => new Date(row.at).toISOString().slice(0, 10))).size).toBeGreaterThanOrEqual(14);
  });

  it('refuses a line that is not such a row and names it', () => {
    expect(() => parseLog('timestamp,visitorid,event,itemid,transactionid\n1,2,bought,3,\n')).toThrow(
      'line 2: event "bought"',
    );
  });
});
