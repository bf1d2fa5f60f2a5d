import type { Hit } from './hit.js';
import { readSpool, spoolLine } from './spool-line.js';

const hit: Hit = {
  id: '019aa111-0000-7000-8000-000000000001',
  environmentId: '019aa111-0000-7000-8000-00000000000e',
  messageId: '019aa111-0000-7000-8000-00000000000a',
  action: 'click',
  linkIndex: 2,
  url: 'https://shop.example/пальто?a=1',
  receivedAt: '2026-11-21T09:00:00.000Z',
  method: 'GET',
  purpose: null,
  userAgent: 'Mozilla/5.0\n(line)',
};

describe('a spool file', () => {
  it('gives back what was written, whatever the user agent holds', () => {
    expect(readSpool(spoolLine(hit) + spoolLine({ ...hit, id: 'b' }))).toEqual({
      hits: [hit, { ...hit, id: 'b' }],
      damaged: 0,
    });
  });

  it('leaves out a line that a crash cut off, without a word: nobody was answered for it', () => {
    expect(readSpool(spoolLine(hit) + spoolLine(hit).slice(0, 60))).toEqual({ hits: [hit], damaged: 0 });
  });

  it('counts a damaged line and keeps its neighbours', () => {
    const line = spoolLine(hit);
    expect(readSpool(line + line.replace('click', 'clack') + line)).toEqual({ hits: [hit, hit], damaged: 1 });
  });

  it('is empty when nothing was written', () => {
    expect(readSpool('')).toEqual({ hits: [], damaged: 0 });
  });
});
