import { readFile } from 'node:fs/promises';
import { generateLog, TWO_WEEKS } from './generate-log.js';
import { formatLog, parseLog } from './log-row.js';

describe('the log that ships with the project', () => {
  const rows = generateLog(TWO_WEEKS);

  it('is what its generator makes, to the byte', async () => {
    expect(formatLog(rows)).toBe(await readFile(new URL('../../../demo/two-weeks.csv', import.meta.url), 'utf8'));
  });

  it('reads back as it was written; views are counted and not kept: a real log has millions', () => {
    expect(parseLog(formatLog(rows))).toEqual({
      rows: rows.filter(({ event }) => event !== 'view'),
      total: rows.length,
      from: rows[0]!.at,
      to: rows.at(-1)!.at,
    });
  });

  it('repeats some rows and covers two weeks, as real logs do', () => {
    const lines = rows.map((row) => `${row.at} ${row.visitor} ${row.event} ${row.item}`);
    expect(lines.length - new Set(lines).size).toBeGreaterThan(10);
    expect(new Set(rows.map((row) => new Date(row.at).toISOString().slice(0, 10))).size).toBeGreaterThanOrEqual(14);
  });

  it.each([
    ['\n\n1,2,bought,3,', 'line 4: event "bought"'],
    ['1430786433635000,2,addtocart,3,', 'line 2: timestamp "1430786433635000" is not milliseconds since 1970'],
    [`1,2,addtocart,${'3'.repeat(81)},`, 'line 2: visitorid, itemid and transactionid have 80 characters'],
    ['1,2,view,3,', 'nothing but views'],
    ['', 'no rows'],
  ])('is refused where it cannot be played, with the line that is wrong: %j', (lines, why) => {
    expect(() => parseLog(`timestamp,visitorid,event,itemid,transactionid\n${lines}\n`)).toThrow(why);
  });
});
