import { IsolatedThread } from './isolated-thread.js';

/** A thread that answers after so many milliseconds, in which it does nothing; never, for a negative number. */
const ENTRY = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (ms) => ms >= 0 && setTimeout(() => parentPort.postMessage('answer'), ms));
    parentPort.postMessage('ready');`)}`,
);

describe('a thread with limits', () => {
  const ask = async (usedMs: () => number, answersAfterMs: number) => {
    const thread = new IsolatedThread<number, string>(ENTRY, {}, usedMs);
    const answer = await thread.ask(answersAfterMs, 20);
    await thread.close();
    return answer;
  };

  it('is waited for while the machine lends the process no time', async () => {
    expect(await ask(() => 0, 50)).toEqual({ ok: true, answer: 'answer' });
  });

  it('is stopped once it may have worked for as long as it may', async () => {
    let used = 0;
    expect(await ask(() => (used += 20), -1)).toEqual({ ok: false, why: 'timeout' });
  });

  it('that never answers is stopped although nothing works', async () => {
    expect(await ask(() => 0, -1)).toEqual({ ok: false, why: 'timeout' });
  });
});
