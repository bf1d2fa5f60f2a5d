import { setTimeout as sleep } from 'node:timers/promises';
import { valueProblem } from '../platform/database/database-error.js';
import type { Log } from '../platform/logging/logger.js';
import type { Settlement } from './settle.js';

const TRIES = 30;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Writes outcomes in groups: those that arrive while a statement runs go together in the next one. While the database is
 * away it keeps trying for two minutes; what it cannot write by then ends as `unknown` by its lease, never as lost. An outcome that
 * cannot be stored does not take those beside it along: its group is written one by one.
 */
export class SettleQueue {
  private waiting: { readonly item: Settlement; readonly written: () => void }[] = [];
  private expected = 0;
  private accepted = 0;
  private running: Promise<void> | null = null;
  private onIdle: (() => void) | null = null;

  constructor(
    private readonly write: (items: readonly Settlement[]) => Promise<number>,
    private readonly log: Log,
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
    return new Promise((resolve) => {
      this.waiting.push({ item, written: resolve });
      this.running ??= this.drain();
    });
  }

  /** Resolves when everything announced and added is written; answers how many letters were accepted. */
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
      await this.persist(group.map(({ item }) => item));
      for (const { written } of group) written();
    }
    this.running = null;
    this.check();
  }

  private async persist(items: readonly Settlement[]): Promise<void> {
    for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; ; attempt++, pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        this.accepted += await this.write(items);
        return;
      } catch (error) {
        const isValue = valueProblem(error) !== null;
        if (isValue && items.length > 1) {
          for (const item of items) await this.persist([item]);
          return;
        }
        if (isValue || attempt >= TRIES) {
          this.log.error(
            'Outcomes of letters could not be written',
            { event: 'delivery.settle_failed', letters: items.length },
            error,
          );
          return;
        }
        await sleep(pauseMs);
      }
    }
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
