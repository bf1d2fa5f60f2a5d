import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { Unavailable } from '../platform/http/domain-error.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { EventStore } from './event-store.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';
import { IngestOutage } from './ingest-outage.js';
import { IngestTimes } from './ingest-times.js';
import { failureOf } from './write-failure.js';

const GROUP_EVENTS = 500;
const GROUP_BYTES = 8 * 1024 * 1024;
const WAITING_EVENTS = 10_000;
const WAITING_BYTES = 64 * 1024 * 1024;
/** Rounds that may go by without a result for an event because other processes wrote at the same moment. */
const LOST_RACES = 50;
/** Envelope and identities of an event, roughly: its data, attributes and tags are counted exactly. */
const ENVELOPE_BYTES = 400;
const UNAVAILABLE: IngestResult = { kind: 'unavailable' };

interface Waiting {
  readonly event: IncomingEvent;
  readonly settle: (result: IngestResult) => void;
  /** Monotonic milliseconds: then its sender is answered, whatever the database does. */
  readonly until: number;
  lostRaces: number;
  isGivenUp: boolean;
}

/**
 * Group commit: events that arrive while a statement runs go together in the next one. One group is under way at a time in
 * each process (two were slower: smaller groups, more lock traffic), and nothing waits for a timer. An event has its result
 * only after the commit.
 */
@Injectable()
export class EventCollector {
  private readonly log = logger(EventCollector.name);
  private readonly outage: IngestOutage;
  private waiting: Waiting[] = [];
  private bytes = 0;
  private running: Promise<void> | null = null;
  /** The group under way, in the order of arrival. */
  private group: readonly Waiting[] = [];
  private alarm: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly waker: StageWaker,
    private readonly clock: ProcessClock,
    private readonly times: IngestTimes,
  ) {
    this.outage = new IngestOutage(this.log, clock);
  }

  /**
   * Makes events durable, in their order; results come in the same order.
   * Throws Unavailable at once when too much waits already: nothing of these events is stored then. An event that is not
   * stored within the patience of `IngestTimes` is `unavailable`: one that waited is never stored, one whose statement was
   * under way may be, and is known by its id when it is sent again.
   */
  submit(events: readonly IncomingEvent[]): Promise<readonly IngestResult[]> {
    this.refuseTooMany();
    return Promise.all(events.map((event) => this.enqueue(event)));
  }

  /** The same for one event. */
  submitOne(event: IncomingEvent): Promise<IngestResult> {
    this.refuseTooMany();
    return this.enqueue(event);
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private refuseTooMany(): void {
    if (this.waiting.length >= WAITING_EVENTS || this.bytes >= WAITING_BYTES)
      throw new Unavailable('too many events are waiting to be stored', 1);
  }

  private enqueue(event: IncomingEvent): Promise<IngestResult> {
    const until = this.clock.monotonicMs() + this.times.patienceMs;
    const result = new Promise<IngestResult>((settle) =>
      this.waiting.push({ event, settle, until, lostRaces: 0, isGivenUp: false }),
    );
    this.bytes += sizeOf(event);
    this.running ??= this.drain();
    this.alarm ??= setTimeout(() => this.giveUp(), this.times.patienceMs);
    return result;
  }

  private async drain(): Promise<void> {
    // Whoever arrives in this turn of the event loop joins the first group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      this.group = this.take();
      this.takeBack(await this.write(this.group));
    }
    this.group = [];
    this.running = null;
    clearTimeout(this.alarm);
    this.alarm = undefined;
  }

  /** Before whoever came later. Whose time is over meanwhile is in no group and not in the queue: the alarm would not find them. */
  private takeBack(rest: readonly Waiting[]): void {
    const now = this.clock.monotonicMs();
    const next = rest.filter(({ until }) => now < until);
    this.waiting.unshift(...next);
    for (const { event } of next) this.bytes += sizeOf(event);
    this.refuse(rest.filter(({ until }) => now >= until));
  }

  /**
   * Answers everybody whose time is over; who arrived first is over first, so the queue loses its head only. All by one reading of
   * the clock: whose time ends between two would be neither answered now nor waited for next.
   */
  private giveUp(): void {
    const now = this.clock.monotonicMs();
    const isOver = ({ until }: Waiting): boolean => now >= until;
    const over = this.waiting.findIndex((waiting) => !isOver(waiting));
    const gone = this.waiting.splice(0, over < 0 ? this.waiting.length : over);
    for (const { event } of gone) this.bytes -= sizeOf(event);
    this.refuse([...this.group.filter(isOver), ...gone]);
    const next = this.group.find((waiting) => !isOver(waiting)) ?? this.waiting[0];
    const waitMs = next ? next.until - now : this.times.patienceMs;
    this.alarm = setTimeout(() => this.giveUp(), Math.max(1, Math.ceil(waitMs)));
  }

  /** Answers those whose time is over and who were not answered before. */
  private refuse(over: readonly Waiting[]): void {
    const late = over.filter(({ isGivenUp }) => !isGivenUp);
    for (const waiting of late) {
      waiting.isGivenUp = true;
      waiting.settle(UNAVAILABLE);
    }
    if (late.length > 0)
      this.outage.refuse('events could not be stored in time', { event: 'ingest.too_slow', events: late.length });
  }

  private take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(this.waiting.length, GROUP_EVENTS)) {
      bytes += sizeOf(this.waiting[count]!.event);
      if (count > 0 && bytes > GROUP_BYTES) break;
      count++;
    }
    const group = this.waiting.splice(0, count);
    for (const { event } of group) this.bytes -= sizeOf(event);
    return group;
  }

  /** Writes a group and settles whom it can; answers who goes into the next group, first. Never throws. */
  private async write(group: readonly Waiting[]): Promise<Waiting[]> {
    try {
      const { results, error } = await this.store.round(group.map(({ event }) => event));
      this.outage.stored();
      if (hasLiveNews(results)) this.waker.wake('enrollments');
      const rest = this.settle(group, results);
      return error === null ? rest : await this.afterFailure(rest, error);
    } catch (error) {
      return this.afterFailure(group, error);
    }
  }

  private settle(group: readonly Waiting[], results: ReadonlyMap<IncomingEvent, IngestResult>): Waiting[] {
    const answers: (() => void)[] = [];
    const rest = group.filter((waiting) => {
      const lost = results.size === 0 && ++waiting.lostRaces >= LOST_RACES;
      const result = results.get(waiting.event) ?? (lost ? UNAVAILABLE : undefined);
      if (result) answers.push(() => waiting.settle(result));
      return !result;
    });
    // Behind this turn of the event loop: first the next group goes to PostgreSQL, which is idle while answers are written.
    setImmediate(() => answers.forEach((answer) => answer()));
    return rest;
  }

  private async afterFailure(group: readonly Waiting[], error: unknown): Promise<Waiting[]> {
    const failure = failureOf(error);
    if (failure === 'lost_race' && group.every((waiting) => ++waiting.lostRaces < LOST_RACES)) return [...group];
    if (failure !== 'poison') {
      if (failure === 'unexpected')
        this.log.error('events could not be stored', { event: 'ingest.failed', events: group.length }, error);
      else
        this.outage.refuse('events could not be stored for now', {
          event: 'ingest.unavailable',
          events: group.length,
          reason: failure,
        });
      for (const { settle } of group) settle(UNAVAILABLE);
      return [];
    }
    if (group.length <= 1) {
      group[0]?.settle({ kind: 'unstorable' });
      return [];
    }
    // One event that PostgreSQL refuses must not fail its neighbours: halve until it stands alone.
    const half = group.length >> 1;
    return [...(await this.write(group.slice(0, half))), ...(await this.write(group.slice(half)))];
  }
}

function hasLiveNews(results: ReadonlyMap<IncomingEvent, IngestResult>): boolean {
  for (const [event, { kind }] of results) if (kind === 'stored' && event.clock === 'real') return true;
  return false;
}

function sizeOf(event: IncomingEvent): number {
  return event.dataJson.length + event.aboutPersonChars + ENVELOPE_BYTES;
}
