import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import type { Lane } from '../platform/clock/lane.js';
import { logger } from '../platform/logging/logger.js';
import { Circuits } from './circuits.js';
import { DeliveryTimes } from './delivery-times.js';
import { Guard } from './guard.js';
import type { ClearedLetter } from './guard-writes.js';
import type { HandedOver } from './handed-over.js';
import type { Letter } from './letter.js';
import { NOT_STARTED, outcomeOfResult, type Outcome } from './outcome.js';
import { Settle } from './settle.js';
import { SettleQueue } from './settle-queue.js';
import type { SendResult } from './transports/transport.js';
import { Transports } from './transports/transports.js';

/** What became of a batch's letters. */
export interface Dispatched {
  readonly accepted: number;
  /** Letters that left their place in the queue: all but those that wait for an event. */
  readonly moved: number;
  /** Letters that were not even guarded, because their store's mail is kept back. */
  readonly left: readonly Letter[];
  /** Letters whose rows somebody else holds for long. */
  readonly held: readonly Letter[];
}

/** Takes rendered letters through the last guard and out of the house, as many at a time as the transport has places. */
@Injectable()
export class Dispatch {
  private readonly log = logger(Dispatch.name);

  constructor(
    private readonly guard: Guard,
    private readonly transports: Transports,
    private readonly circuits: Circuits,
    private readonly settle: Settle,
    private readonly times: DeliveryTimes,
    private readonly clock: ProcessClock,
  ) {}

  /** Returns when every letter that went out is settled, and tells `handed` of each; of those before an error as well. */
  async run(lane: Lane, token: string, letters: readonly Letter[], handed: HandedOver): Promise<Dispatched> {
    const { transport, slots } = this.transports.of(lane.clock);
    const settling = new SettleQueue((items) => this.settle.write(lane, token, items), this.log, this.times.heldMs);
    const left: Letter[] = [];
    const held: Letter[] = [];
    let moved = 0;
    let kept = 0;
    let queue = letters;
    while (queue.length > 0) {
      const places = await slots.take(queue.length);
      const shut = queue.slice(0, places).filter((letter) => this.isShut(lane, letter));
      const group = queue.slice(0, places).filter((letter) => !shut.includes(letter));
      left.push(...shut);
      queue = queue.slice(places);
      try {
        const guarded =
          group.length > 0
            ? await this.guard.clear(lane, token, transport, group)
            : { cleared: [], others: 0, held: [], sinceMs: 0 };
        const { cleared, others, sinceMs } = guarded;
        held.push(...guarded.held);
        moved += cleared.length + others;
        for (const { letter } of cleared) handed.started(letter.message);
        if (transport.isLedger) {
          kept += cleared.length;
          slots.giveBack(places);
          continue;
        }
        slots.giveBack(places - cleared.length);
        for (const letter of cleared)
          void this.send(lane, letter, sinceMs, settling, handed).finally(() => slots.giveBack(1));
      } catch (error) {
        slots.giveBack(places);
        await settling.done();
        throw error;
      }
    }
    return { accepted: kept + (await settling.done()), moved, left, held };
  }

  /** Ends when the outcome is in the ledger: until then the letter takes its place, so that a kill leaves few unknown. */
  private async send(
    lane: Lane,
    { letter: { message }, mail, attempt }: ClearedLetter,
    sinceMs: number,
    settling: SettleQueue,
    handed: HandedOver,
  ): Promise<void> {
    const { transport } = this.transports.of(lane.clock);
    const settlement = (outcome: Outcome): Promise<void> => {
      handed.ended(message, outcome);
      return settling.add({ environmentId: message.environmentId, id: message.id, attempt, outcome });
    };
    // A stopped machine (SIGSTOP, a sleeping laptop) may wake after its lease: then the letter is no longer ours to send.
    if (this.clock.monotonicMs() - sinceMs >= this.times.leaseMs - transport.deadlineMs) return settlement(NOT_STARTED);
    const done = settling.expect();
    const result = await transport.send(mail).catch(unforeseen);
    const written = settlement(this.outcome(result, message.storeId, message.failures));
    done();
    if (result.kind === 'unknown' && result.late)
      this.awaitLate(result.late, message.storeId, message.failures, settlement);
    return written;
  }

  private outcome(answer: SendResult, storeId: string, failures: number): Outcome {
    const result = this.judged(answer, storeId);
    let circuitMs = 0;
    if (result.kind === 'accepted') this.circuits.success(storeId);
    if (result.kind === 'config') circuitMs = this.circuits.fault(storeId, result.detail);
    if (result.kind === 'retry' && result.retryAfterMs) this.circuits.pause(storeId, result.retryAfterMs);
    return outcomeOfResult(result, failures, { retryFirstMs: this.times.retryFirstMs, circuitMs }, Math.random());
  }

  /** A provider that refuses letter after letter for the same, whoever they are for, is not asked with the next ones. */
  private judged(result: SendResult, storeId: string): SendResult {
    if (result.kind !== 'rejected' || result.concerns !== 'content') return result;
    if (!this.circuits.refused(storeId, result.code)) return result;
    return { kind: 'config', status: result.status, detail: result.detail };
  }

  /** An answer after the deadline still tells the truth about its attempt. */
  private awaitLate(
    late: Promise<SendResult>,
    storeId: string,
    failures: number,
    settlement: (outcome: Outcome) => Promise<void>,
  ): void {
    void late.then((result) =>
      result.kind === 'unknown' ? undefined : settlement(this.outcome(result, storeId, failures)),
    );
  }

  private isShut(lane: Lane, { message }: Letter): boolean {
    return lane.clock === 'real' && this.circuits.leftMs(message.storeId) > 0;
  }
}

/** A transport answers with values; should it throw after all, nobody knows how far it came. */
function unforeseen(error: unknown): SendResult {
  return {
    kind: 'unknown',
    status: null,
    detail: error instanceof Error ? error.message : 'the transport threw',
    late: null,
  };
}
