import { Injectable } from '@nestjs/common';
import { nextMidnight } from '../domain/calendar.js';
import { admit, type SendLimits } from '../domain/send-budget.js';
import { parseSendRate } from '../domain/send-rate.js';
import { warmUpLimit } from '../domain/warm-up.js';
import { laneNow, REAL_LANE, type Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import type { StoreSettings } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import {
  giveBackUnused,
  lockBudget,
  PUT_OFF_BEFORE,
  saveBudget,
  type WaitingLetter,
  writeWaiting,
} from './budget-rows.js';
import type { Claim, ClaimedMessage } from './claimed-message.js';
import { HandedOver } from './handed-over.js';
import { LaterWake } from './later-wake.js';
import { dayIn } from './sent-on.js';
import { Transports } from './transports/transports.js';

/** What a store was admitted, to be given back where it is not used. */
interface Permit {
  readonly storeId: string;
  readonly day: string;
  readonly letters: number;
}

/** Letters of a claim that may go, with what they were admitted on. */
export interface Admitted {
  readonly messages: readonly ClaimedMessage[];
  readonly permits: readonly Permit[];
}

/**
 * Holds live letters to what their stores have set of their provider: a rate and a warm-up plan. One row a store and provider,
 * locked while it is asked, so that any number of processes keep one limit. Nobody waits here: letters beyond it go back
 * to `planned` with an instant of their own. Asked before rendering, and only for stores that have set a limit.
 */
@Injectable()
export class SendBudgets {
  constructor(
    private readonly db: EngineDatabase,
    private readonly stores: StoresService,
    private readonly transports: Transports,
    private readonly later: LaterWake,
  ) {}

  /** Keeps those letters of a claim that may go now, and puts the others off. */
  async admit(lane: Lane, claim: Claim): Promise<Admitted> {
    if (lane.clock === 'virtual') return { messages: claim.messages, permits: [] };
    const storeIds = [...new Set(claim.messages.map(({ storeId }) => storeId))];
    const settings = await this.stores.settingsOf(this.db, storeIds);
    const waiting = new Set<ClaimedMessage>();
    const permits: Permit[] = [];
    try {
      for (const storeId of storeIds) {
        const limits = settings.get(storeId)!;
        if (limits.sendRate === null && limits.warmUp === null) continue;
        const asking = claim.messages.filter((message) => message.storeId === storeId);
        const { wait, permit } = await this.db.transaction((tx) => this.ask(tx, claim.token, storeId, limits, asking));
        for (const { message } of wait) waiting.add(message);
        permits.push(permit);
      }
    } catch (error) {
      await this.settle({ permits }, new HandedOver());
      throw error;
    }
    return { messages: claim.messages.filter((message) => !waiting.has(message)), permits };
  }

  /**
   * Gives back what was admitted and not handed to the provider: letters that ended, or wait for something else. What it was handed and
   * certainly did not take has used the rate but none of the day's letters.
   */
  async settle({ permits }: Pick<Admitted, 'permits'>, handed: HandedOver): Promise<void> {
    for (const { storeId, day, letters } of permits) {
      const { started, sent } = handed.of(storeId);
      if (letters <= sent) continue;
      await giveBackUnused(this.db, storeId, this.provider, day, {
        tokens: letters - started,
        letters: letters - sent,
      });
    }
  }

  private async ask(
    tx: Sql,
    token: string,
    storeId: string,
    settings: StoreSettings,
    asking: readonly ClaimedMessage[],
  ): Promise<{ readonly wait: readonly WaitingLetter[]; readonly permit: Permit }> {
    const today = dayIn(settings.timezone, await laneNow(tx, REAL_LANE));
    const before = await lockBudget(tx, storeId, this.provider, today);
    const now = await laneNow(tx, REAL_LANE);
    const letters = asking.map(({ messageClass, meantAt, waitsFor }) => ({
      isService: messageClass === 'service',
      meantAt,
      hasWaited: PUT_OFF_BEFORE.has(waitsFor ?? ''),
    }));
    const { admissions, budget } = admit(
      before,
      limitsOf({ ...settings, sendRate: before.sendRate }, today, now),
      letters,
      now,
    );
    await saveBudget(tx, storeId, this.provider, today, budget);
    const wait = admissions.flatMap((admission, i) =>
      admission.kind === 'wait' ? [{ message: asking[i]!, until: admission.until, reason: admission.reason }] : [],
    );
    await writeWaiting(tx, token, wait);
    for (const { until } of wait) this.later.wakeIn(until.getTime() - now.getTime());
    return { wait, permit: { storeId, day: today, letters: asking.length - wait.length } };
  }

  private get provider(): string {
    return this.transports.of('real').transport.name;
  }
}

function limitsOf(settings: StoreSettings, today: string, now: Date): SendLimits {
  const dayLimit = settings.warmUp && warmUpLimit(settings.warmUp, today);
  const rate = settings.sendRate === null ? null : parseSendRate(settings.sendRate);
  return { rate, dayLimit, dayEndsAt: nextMidnight(now, settings.timezone) };
}
