import { availableParallelism } from 'node:os';
import { IsolatedThread, threadEntry } from './isolated-thread.js';
import { KnownTemplates } from './known-templates.js';
import type { BatchLetter, LetterAnswer, RenderAnswer, RenderBatch, ThreadTemplate } from './render-protocol.js';
import { Turns } from './turns.js';

export const MAX_BATCH = 100;

/** Milliseconds of work: one letter alone, and a batch of them (a letter takes a tenth of a millisecond, its first one ten). */
const LETTER_LIMIT_MS = 1_000;
const BATCH_LIMIT_MS = 3_000;
/** After so many letters had to be stopped one by one, the rest of their batch is tried once more together, and no further. */
const MAX_STOPPED = 3;
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 12, stackSizeMb: 4 };

/** Letters of one template that a thread renders with one question. */
export interface PoolBatch {
  readonly template: ThreadTemplate;
  readonly signing: RenderBatch['signing'];
  readonly store: RenderBatch['store'];
  /** At most MAX_BATCH. */
  readonly letters: readonly BatchLetter[];
}

/** A letter's answer with the letter as it is kept, or why there is none. */
export type PoolResult = { readonly answer: Extract<LetterAnswer, { ok: true }>; readonly kept: Buffer } | string;

interface Slot {
  readonly thread: IsolatedThread<RenderBatch, RenderAnswer>;
  readonly known: KnownTemplates;
}

/**
 * Renders in threads, one core left for the rest. A batch whose thread had to be stopped is repeated letter by letter, so
 * that the culprit alone gets the error.
 */
export class RenderPool {
  private readonly idle: Slot[];
  private readonly slots: readonly Slot[];
  private readonly waiting = new Turns<(slot: Slot) => void>();

  constructor(size = Math.max(1, availableParallelism() - 1)) {
    this.slots = Array.from({ length: size }, () => ({
      thread: new IsolatedThread<RenderBatch, RenderAnswer>(threadEntry('render-thread.js'), RESOURCE_LIMITS),
      known: new KnownTemplates(),
    }));
    this.idle = [...this.slots];
  }

  /** One result a letter, in order: the letter, or what was wrong with it. Stores take turns at the threads. */
  async render(storeId: string, batch: PoolBatch): Promise<readonly PoolResult[]> {
    const slot = this.idle.pop() ?? (await new Promise<Slot>((resolve) => this.waiting.add(storeId, resolve)));
    try {
      return (await ask(slot, batch, BATCH_LIMIT_MS)) ?? (await oneByOne(slot, batch));
    } finally {
      const next = this.waiting.next();
      if (next) next(slot);
      else this.idle.push(slot);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.slots.map(({ thread }) => thread.close()));
  }
}

async function oneByOne(slot: Slot, batch: PoolBatch): Promise<readonly PoolResult[]> {
  const results: PoolResult[] = [];
  let stopped = 0;
  for (const letter of batch.letters) {
    if (stopped === MAX_STOPPED) break;
    const result = await ask(slot, { ...batch, letters: [letter] }, LETTER_LIMIT_MS);
    if (!result) stopped++;
    results.push(result?.[0] ?? 'rendering took too much time or memory and was stopped');
  }
  return [...results, ...(await together(slot, { ...batch, letters: batch.letters.slice(results.length) }))];
}

/** What is left of a batch: the neighbours of a few bad letters are good ones, unless the template itself is at fault. */
async function together(slot: Slot, rest: PoolBatch): Promise<readonly PoolResult[]> {
  const results = rest.letters.length === 0 ? [] : await ask(slot, rest, BATCH_LIMIT_MS);
  return (
    results ??
    rest.letters.map(() => 'other letters of this template took too much time or memory: it was not tried alone')
  );
}

/** Null when the thread had to be stopped. */
async function ask({ thread, known }: Slot, batch: PoolBatch, limitMs: number): Promise<readonly PoolResult[] | null> {
  await thread.start();
  const { template, forget } = known.tell(batch.template, thread.incarnation);
  const { signing, store } = batch;
  const answered = await thread.ask(
    { templateId: batch.template.id, template, forget, signing, store, letters: JSON.stringify(batch.letters) },
    limitMs,
  );
  return answered.ok ? resultsOf(answered.answer) : null;
}

function resultsOf({ bytes, letters }: RenderAnswer): readonly PoolResult[] {
  const buffer = Buffer.from(bytes);
  let at = 0;
  return (JSON.parse(letters) as readonly LetterAnswer[]).map((answer) =>
    answer.ok ? { answer, kept: buffer.subarray(at, (at += answer.keptBytes)) } : answer.detail,
  );
}
