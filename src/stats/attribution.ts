import { Injectable } from '@nestjs/common';
import type { ContactRef } from '../contacts/contact-facts.js';
import type { OrderWorth } from '../contacts/ports.js';
import { type Contender, creditOnce, creditOrder } from '../domain/attribution.js';
import type { CompiledGoal } from '../domain/compiled-scenario.js';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';
import { type Candidate, loadCandidates, type PendingConversion, withGoals } from './attribution-candidates.js';
import { HOLDERS, KEEP, PENDING_OF, pendingOf, WRITE } from './attribution-sql.js';
import { ConversionValues } from './conversion-values.js';
import { takeTurn } from './turn.js';

/** A conversion that waits, with the letter that brought it. */
interface Judged extends Contender {
  readonly conversion: PendingConversion;
  /** The goal of the letter; null when no letter brought it, and when it keeps the credit that it had. */
  readonly goal: CompiledGoal | null;
}

/** Columns of the conversion that credit changes; left out: null. */
interface CreditRow {
  readonly environmentId: string;
  readonly eventId: string;
  readonly messageId?: string | null;
  readonly goal?: string | null;
  readonly amount?: string | null;
  readonly currency?: string | null;
}

/** Gives orders to the letters that brought them, each once; again when an act becomes known late. */
@Injectable()
export class Attribution implements OrderWorth {
  constructor(
    private readonly database: EngineDatabase,
    private readonly scenarios: ScenarioRegistry,
    private readonly values: ConversionValues,
  ) {}

  /**
   * Credits up to 500 conversions that wait, in one transaction; answers how many, 0 when none is left or it is somebody
   * else's turn. Of the events of an order the earliest that a letter brought has the credit, and takes it from a later one.
   */
  batch(lane: Lane): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await takeTurn(tx, lane))) return 0;
      const [claim, values] = pendingOf(lane);
      const pending = await tx.query<PendingConversion>(claim, values);
      if (pending.length === 0) return 0;
      const judged = await this.judge(tx, pending);
      const holders = await holdersOf(tx, pending);
      const credited = new Set<Contender>(creditOnce([...judged, ...holders]));
      const uncredited = [...judged, ...holders].filter((event) => !credited.has(event));
      // Who loses the credit of an order is written first: the database keeps it with one event.
      await write(
        tx,
        uncredited.map(({ environmentId, eventId }) => ({ environmentId, eventId })),
      );
      await write(
        tx,
        await this.creditRows(
          tx,
          judged.filter((event) => credited.has(event)),
        ),
      );
      return pending.length;
    });
  }

  /**
   * Writes down what the orders of somebody who is about to be erased are worth, where they still wait for their credit: afterwards
   * nobody can read it off them. They go on waiting, without anybody's turn, so that an erasure holds up no crediting.
   */
  async keep(tx: Sql, { environmentId, contactId }: ContactRef): Promise<void> {
    const pending = await tx.query<PendingConversion>(PENDING_OF, [environmentId, contactId]);
    if (pending.length === 0) return;
    const brought = (await this.judge(tx, pending)).filter(({ goal }) => goal !== null);
    await tx.query(KEEP, [JSON.stringify(await this.creditRows(tx, brought))]);
  }

  private async judge(tx: Sql, pending: readonly PendingConversion[]): Promise<readonly Judged[]> {
    const candidates = await loadCandidates(tx, pending);
    const versions = await this.scenarios.versions(tx, [
      ...new Map(candidates.map((c) => [versionKey(c), c])).values(),
    ]);
    const letters = withGoals(pending, candidates, versions);
    return pending.map((conversion) => judgedBy(conversion, letters.get(conversion.eventId) ?? []));
  }

  private async creditRows(tx: Sql, credited: readonly Judged[]): Promise<CreditRow[]> {
    const money = await this.values.of(
      tx,
      credited.flatMap(({ conversion, goal }) => (goal ? [{ conversion, goal }] : [])),
    );
    return credited.map(({ environmentId, eventId, messageId, conversion, goal }) => ({
      environmentId,
      eventId,
      messageId,
      ...(goal ? { goal: goal.key, ...money.get(eventId) } : keptBy(conversion)),
    }));
  }
}

/**
 * The letter that brought the conversion. One that is credited keeps its letter when that is not to be compared any more: its
 * acts are dropped after some months, and a letter that is sent once more counts from then on.
 */
function judgedBy(conversion: PendingConversion, letters: readonly Candidate[]): Judged {
  const { environmentId, orderKey, eventId, occurredAt: at, messageId: before } = conversion;
  const contender = { environmentId, orderKey, eventId, at, conversion };
  if (before !== null && !letters.some(({ messageId }) => messageId === before))
    return { ...contender, messageId: before, goal: null };
  const messageId = creditOrder({ at }, letters);
  return { ...contender, messageId, goal: letters.find((letter) => letter.messageId === messageId)?.goal ?? null };
}

function keptBy({ goal, amount, currency }: PendingConversion): Pick<CreditRow, 'goal' | 'amount' | 'currency'> {
  return { goal, amount, currency };
}

/** The events outside of the batch that have the credit of these orders. */
async function holdersOf(tx: Sql, pending: readonly PendingConversion[]): Promise<readonly Contender[]> {
  const inBatch = new Set(pending.map(({ eventId }) => eventId));
  const orders = new Map(pending.map((c) => [JSON.stringify([c.environmentId, c.orderKey]), c]));
  const holders = await tx.query<Contender>(HOLDERS, [
    [...orders.values()].map(({ environmentId }) => environmentId),
    [...orders.values()].map(({ orderKey }) => orderKey),
  ]);
  return holders.filter(({ eventId }) => !inBatch.has(eventId));
}

async function write(tx: Sql, rows: readonly CreditRow[]): Promise<void> {
  if (rows.length > 0) await tx.query(WRITE, [JSON.stringify(rows)]);
}
