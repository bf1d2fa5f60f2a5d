import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { Env } from '../platform/config/env.js';
import type { Sql } from '../platform/database/sql.js';
import { WorkerIncarnation } from '../platform/worker-incarnation.js';
import { DeliveryTimes } from './delivery-times.js';
import { writeSending, writeUnsent, type ClearedLetter } from './guard-writes.js';
import type { JudgedLetter, UnsentLetter } from './judged-letter.js';
import { parseMailbox } from './mail-headers.js';
import { clearedLetter } from './mail-of-letter.js';
import type { Transport } from './transports/transport.js';

export type WayOutOfLetters = Pick<Transport, 'name' | 'isLedger'>;

/** Writes the guard's verdicts: letters that go, in this worker's name and with a lease, and letters that do not. */
@Injectable()
export class Clearing {
  constructor(
    private readonly worker: WorkerIncarnation,
    private readonly env: Env,
    private readonly times: DeliveryTimes,
    private readonly clock: ProcessClock,
  ) {}

  /** How long the guard waits for a lock. */
  get heldMs(): number {
    return this.times.heldMs;
  }

  /** A clock that never jumps: to be read before a lease begins. */
  nowMs(): number {
    return this.clock.monotonicMs();
  }

  /** Letters to `sending` (to `accepted` where the transport is the ledger), the others to where their verdict says. */
  async write(
    tx: Sql,
    token: string,
    transport: WayOutOfLetters,
    judged: readonly JudgedLetter[],
    at: Date,
  ): Promise<{ readonly cleared: readonly ClearedLetter[]; readonly unsent: readonly UnsentLetter[] }> {
    const defaultFrom = parseMailbox(this.env.MAIL_FROM);
    const cleared = judged.flatMap(({ letter, verdict }) =>
      verdict.kind === 'send' && letter.rendered.ok
        ? [clearedLetter(letter, letter.rendered, verdict.to, defaultFrom, at)]
        : [],
    );
    const unsent = judged.filter((one): one is UnsentLetter => one.verdict.kind !== 'send');
    const { leaseMs, eventFirstMs } = this.times;
    await writeSending(tx, { token, workerId: this.worker.id, transport, leaseMs, at }, cleared);
    await writeUnsent(tx, unsent, eventFirstMs);
    return { cleared, unsent };
  }
}
