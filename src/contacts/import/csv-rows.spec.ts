import { Readable } from 'node:stream';
import { csvRows } from './csv-rows.js';

const CHUNK = 65_536;

/** The file as it comes over the network, with how much of it was asked for. */
async function read(file: string) {
  const bytes = Buffer.from(file);
  let asked = 0;
  function* chunks() {
    for (; asked < bytes.length; asked += CHUNK) yield bytes.subarray(asked, asked + CHUNK);
  }
  const found = { readable: 0, faults: 0, lastLine: 0, end: null as unknown };
  for await (const row of csvRows(Readable.from(chunks()))) {
    if ('brokenOff' in row) found.end = row.brokenOff;
    else {
      found['fault' in row ? 'faults' : 'readable']++;
      found.lastLine = row.line;
    }
  }
  return { ...found, asked };
}

describe('the rows of a file', () => {
  const { stackTraceLimit } = Error;
  // A stack for each of very many unreadable rows is most of what they cost under jest.
  beforeAll(() => void (Error.stackTraceLimit = 0));
  afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

  it('count towards its limit also where they cannot be read', async () => {
    const { faults, end, asked } = await read(`email\n${'a"\n'.repeat(1_000_000)}`);
    expect(end).toMatchObject({ status: 413, code: 'file_too_large' });
    expect(faults).toBeLessThan(50_000 + CHUNK / 2);
    expect(asked).toBeLessThan(500_000);
  }, 60_000);

  it('of both kinds are taken up to the line that its 413 names', async () => {
    const { readable, faults, lastLine, end } = await read(`email\n${'a"\nb@example.com\n'.repeat(40_000)}`);
    expect(end).toMatchObject({ message: expect.stringContaining(`up to line ${lastLine};`) as string });
    expect(readable + faults).toBe(lastLine);
    expect(lastLine).toBeGreaterThan(25_000);
  }, 60_000);

  it('of both kinds are all taken up to the limit', async () => {
    const { readable, faults, end } = await read(`email\n${'a"\nb@example.com\n'.repeat(25_000)}`);
    expect([readable, faults, end]).toEqual([25_001, 25_000, null]);
  }, 60_000);

  it('are no millions of empty cells', async () => {
    const { readable, end, asked } = await read(`email\na@example.com\n${','.repeat(8_000_000)}`);
    expect(end).toMatchObject({ status: 413, code: 'file_too_large' });
    expect(readable).toBe(2);
    expect(asked).toBeLessThan(1_000_000);
  });
});
