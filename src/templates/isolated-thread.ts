import type { ResourceLimits } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';

/** What a thread gave back: its answer, or why it was stopped. A stopped thread is replaced by the next question. */
export type ThreadAnswer<A> =
  { readonly ok: true; readonly answer: A } | { readonly ok: false; readonly why: 'timeout' | 'crashed' };

/** A machine that lends the process no time is waited for, so many times as long as the thread may work. */
const LONGEST = 5;

/** Milliseconds of processor time that the whole process has used: its threads together, of which none alone used more. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The first word of a thread: it has loaded its code and takes questions. */
export const READY = 'ready';

/**
 * A worker thread that may be stopped at any moment: what runs in it can take neither the process's memory nor its event
 * loop. It starts with the first question and answers one at a time; the caller waits for one answer before it asks again.
 */
export class IsolatedThread<Q, A> {
  private worker: Promise<Worker> | null = null;
  /** How many threads were started so far: what one was told, its successor does not know. */
  incarnation = 0;

  constructor(
    private readonly entry: URL,
    private readonly resourceLimits: ResourceLimits,
    private readonly usedMs: () => number = processorMs,
  ) {}

  /**
   * Asks, and stops the thread when it may have worked for `limitMs`. Starting does not count, and neither does time in which the
   * process could not run: a frozen container or a machine with too much to do is no fault of the question.
   * @throws Error when the thread cannot even start, which is no fault of the question
   */
  async ask(question: Q, limitMs: number): Promise<ThreadAnswer<A>> {
    const worker = await this.start();
    const answer = await answerOf<A>(worker, question, limitMs, this.usedMs);
    if (!answer.ok) await this.close();
    return answer;
  }

  /** Starts the thread when there is none, so that the next question need not wait for it. */
  start(): Promise<Worker> {
    this.worker ??= this.boot();
    return this.worker;
  }

  async close(): Promise<void> {
    const stopped = this.worker;
    this.worker = null;
    await (await stopped?.catch(() => undefined))?.terminate();
  }

  private boot(): Promise<Worker> {
    this.incarnation++;
    const worker = new Worker(this.entry, { resourceLimits: this.resourceLimits, execArgv: [], env: {} });
    worker.unref();
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.worker = null;
        reject(new Error(`${this.entry.pathname} does not start`, { cause: error }));
      };
      worker.once('error', fail).once('exit', fail);
      worker.once('message', () => {
        worker.off('error', fail).off('exit', fail);
        resolve(worker);
      });
    });
  }
}

function answerOf<A>(
  worker: Worker,
  question: unknown,
  limitMs: number,
  usedMs: () => number,
): Promise<ThreadAnswer<A>> {
  return new Promise((resolve) => {
    const finish = (result: ThreadAnswer<A>): void => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', crashed).off('exit', crashed);
      // Whatever a stopped thread still reports has no reader; an 'error' without one would end the process.
      if (!result.ok) worker.on('error', () => undefined);
      resolve(result);
    };
    const answered = (answer: A): void => finish({ ok: true, answer });
    const crashed = (): void => finish({ ok: false, why: 'crashed' });
    const began = { at: performance.now(), usedMs: usedMs() };
    const check = (): void => {
      const leftMs = limitMs - (usedMs() - began.usedMs);
      const isOver = leftMs <= 0 || performance.now() - began.at >= LONGEST * limitMs;
      if (isOver) finish({ ok: false, why: 'timeout' });
      else timer = setTimeout(check, Math.ceil(leftMs));
    };
    let timer = setTimeout(check, limitMs);
    worker.on('message', answered).on('error', crashed).on('exit', crashed);
    worker.postMessage(question);
  });
}

/** Where the built JS of a thread is: beside this file, or, when this file runs as a source under jest, in dist. */
export function threadEntry(name: string): URL {
  return new URL(
    new URL(`./${name}`, import.meta.url).href.replace(/\/src\/templates\/([^/]+)$/, '/dist/templates/$1'),
  );
}
