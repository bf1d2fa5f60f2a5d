import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { logger } from '../platform/logging/logger.js';
import { DeliveryTimes } from './delivery-times.js';
import { ProviderStates } from './provider-states.js';

interface Circuit {
  untilMs: number;
  /** How long the last configuration fault shut it; 0 after a success. */
  lastMs: number;
}

/** The refusal that a store's letters get, and how many of them got it with nothing else between. */
interface Refusals {
  readonly code: string;
  count: number;
}

/** After so many equal refusals in a row no letter is to blame any more. */
export const MOST_EQUAL_REFUSALS = 10;

/**
 * Stores whose mail is kept back in this process: after a configuration fault, which would hit every letter, and while the
 * provider asks for a pause. Their letters stay planned; none is used up on finding out that the key is still wrong.
 */
@Injectable()
export class Circuits {
  private readonly log = logger(Circuits.name);
  private readonly stores = new Map<string, Circuit>();
  private readonly refusals = new Map<string, Refusals>();

  constructor(
    private readonly clock: ProcessClock,
    private readonly times: DeliveryTimes,
    private readonly states: ProviderStates,
  ) {}

  /** Shuts the store's way out after a configuration fault, twice as long as the last time; answers for how long. */
  fault(storeId: string, detail: string): number {
    const known = this.stores.get(storeId);
    if (known && this.leftMs(storeId) > 0 && known.lastMs > 0) return this.leftMs(storeId);
    const lastMs = Math.min(this.times.circuitMaxMs, known?.lastMs ? known.lastMs * 2 : this.times.circuitMs);
    this.stores.set(storeId, { untilMs: this.clock.monotonicMs() + lastMs, lastMs });
    this.log.error(`The provider refuses this store's mail: ${detail}`, {
      event: 'delivery.circuit_open',
      storeId,
      forMs: lastMs,
    });
    this.states.refused(storeId, lastMs);
    return lastMs;
  }

  /**
   * Notes that a letter was refused for something other than its recipient; answers whether that is a fault of the settings,
   * because the last letters of the store were all refused for the same.
   */
  refused(storeId: string, code: string): boolean {
    const known = this.refusals.get(storeId);
    const last = known?.code === code ? known : { code, count: 0 };
    this.refusals.set(storeId, last);
    return ++last.count > MOST_EQUAL_REFUSALS;
  }

  /** Waits as long as the provider asks for. */
  pause(storeId: string, ms: number): void {
    const known = this.stores.get(storeId);
    const forMs = Math.min(ms, this.times.circuitMaxMs);
    const untilMs = Math.max(known?.untilMs ?? 0, this.clock.monotonicMs() + forMs);
    this.stores.set(storeId, { untilMs, lastMs: known?.lastMs ?? 0 });
    this.states.paused(storeId, forMs);
  }

  /** A letter went out: whatever was wrong is right again. */
  success(storeId: string): void {
    this.refusals.delete(storeId);
    const known = this.stores.get(storeId);
    if (!known || this.leftMs(storeId) > 0) return;
    this.stores.delete(storeId);
    if (known.lastMs > 0) this.states.recovered(storeId);
  }

  /** Milliseconds for which the store's mail is still kept back. */
  leftMs(storeId: string): number {
    return Math.max(0, Math.ceil((this.stores.get(storeId)?.untilMs ?? 0) - this.clock.monotonicMs()));
  }

  /** Stores whose mail is kept back now. */
  shut(): string[] {
    return [...this.stores.keys()].filter((storeId) => this.leftMs(storeId) > 0);
  }
}
