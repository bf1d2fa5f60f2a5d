import { setTimeout as sleep } from 'node:timers/promises';
import { valueProblem } from '../platform/database/database-error.js';
import type { Log } from '../platform/logging/logger.js';
import type { Settled, Settlement } from './settle.js';

const TRIES = 30;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Of letters whose rows somebody holds: each try lets the others wait as long as one waits for a held row, so they are rare. */
const HELD_PAUSES = 5;

interface Waiting {
  readonly item: Settlement;
  readonly written: () => void;
  /** How often its row was found held. */
  held: number;
}

/**
 * Writes outcomes in groups: those that arrive while a statement runs go together in the next one. While the database is
 * away it keeps trying for two minutes; what it cannot write by then ends as `unknown` by its lease, never as lost. An outcome that
 * cannot be stored does not take those beside it along: its group is written one by one. One whose letter's row somebody holds is tried
 * again later; nobody waits for it, "done" neither.
 */
export class SettleQueue {
  private waiting: Waiting[] = [];
  private expected = 0;
  private accepted = 0;
  private running: Promise<void> | null = null;
  private onIdle: (() => void) | null = null;

  constructor(
    private readonly write: (items: readonly Settlement[]) => Promise<Settled>,
    private readonly log: Log,
    private readonly heldMs: number,
  ) {}

  /** Announces an outcome that is still to come; call the answer when it was added. */
  expect(): () => void {
    this.expected++;
    return () => {
      this.expected--;
      this.check();
    };
  }

  /** Resolves when the outcome is written (or given up). */
  add(item: Settlement): Promise<void> {
    return new Promise((resolve) => this.enqueue({ item, written: resolve, held: 0 }));
  }

  private enqueue(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.running ??= this.drain();
  }

  /** Resolves when everything announced and added is written, as far as nobody holds its row; answers how many letters were accepted. */
  async done(): Promise<number> {
    if (this.isBusy()) await new Promise<void>((resolve) => (this.onIdle = resolve));
    return this.accepted;
  }

  private async drain(): Promise<void> {
    // Answers arrive in bursts: the ones of this turn of the event loop go together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      const held = new Set(await this.persist(group.map(({ item }) => item)));
      for (const waiting of group)
        if (held.has(waiting.item)) this.later(waiting);
        else waiting.written();
    }
    this.running = null;
    this.check();
  }

  private later(waiting: Waiting): void {
    if (++waiting.held < TRIES) return void sleep(HELD_PAUSES * this.heldMs).then(() => this.enqueue(waiting));
    this.giveUp([waiting.item], null);
    waiting.written();
  }

  /** Answers those whose rows somebody holds. */
  private async persist(items: readonly Settlement[]): Promise<readonly Settlement[]> {
    for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; ; attempt++, pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        const { accepted, held } = await this.write(items);
        this.accepted += accepted;
        return held;
      } catch (error) {
        const isValue = valueProblem(error) !== null;
        if (isValue && items.length > 1) {
          const held: Settlement[] = [];
          for (const item of items) held.push(...(await this.persist([item])));
          return held;
        }
        if (isValue || attempt >= TRIES) {
          this.giveUp(items, error);
          return [];
        }
        await sleep(pauseMs);
      }
    }
  }

  private giveUp(items: readonly Settlement[], error: unknown): void {
    const what = { event: 'delivery.settle_failed', letters: items.length };
    this.log.error('Outcomes of letters could not be written', what, error);
  }

  private isBusy(): boolean {
    return this.expected > 0 || this.running !== null;
  }

  private check(): void {
    if (this.isBusy()) return;
    this.onIdle?.();
    this.onIdle = null;
  }
}
