import { Injectable } from '@nestjs/common';
import { RunMover } from '../../enrollments/run-mover.js';
import { EngineDatabase, HELD_MS, waitAtMost } from '../../platform/database/engine-database.js';
import type { Sql } from '../../platform/database/sql.js';
import { logger } from '../../platform/logging/logger.js';
import { StageWaker } from '../../platform/queue/stages.js';
import type { Reporter } from './connector-directory.js';
import { type LetterNews, NO_NEWS, type TimedEvent, withEvent } from './delivery-facet.js';
import { type Concerned, PersonalEffects } from './personal-effects.js';
import { keyOfReport, type ProviderEvent } from './provider-event.js';
import { keyOfAddress, lockLetters, peopleOf, readLetters, type ReportedLetter } from './reported-letters.js';
import { countSoftBounces, forgetSoftBounces, type SoftBounce } from './soft-bounces.js';
import { environmentTime, storeReports, takeKeys } from './stored-reports.js';
import type { TakenView } from './taken.view.js';
import { writeNews } from './write-news.js';

/** Reports of one transaction: few enough that the people of a group are not held for long. */
const GROUP = 100;

/** A letter or, where none is named or known, an address, with what is new of it. */
interface Subject {
  readonly who: Concerned;
  readonly news: LetterNews;
}

/** A report and whom it was found to be about; `contactId` is told where it was found by its address. */
interface NamedReport {
  readonly event: TimedEvent;
  readonly messageId: string | null;
  readonly contactId: string | null;
}

/** Takes reports of providers: each counts once, whole or not at all, in whatever order they come. */
@Injectable()
export class ProviderEvents {
  private readonly log = logger(ProviderEvents.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly runs: RunMover,
    private readonly effects: PersonalEffects,
    private readonly waker: StageWaker,
  ) {}

  /** Stores reports with all that follows from them; throws while the database is away (then the provider asks again). */
  async take(reporter: Reporter, events: readonly ProviderEvent[]): Promise<TakenView> {
    const unique = [...new Map(events.map((event) => [event.key, event])).values()];
    let taken: TakenView = { stored: 0, duplicates: events.length - unique.length, parked: 0 };
    for (let from = 0; from < unique.length; from += GROUP) {
      const group = unique.slice(from, from + GROUP);
      const { stored, parked } = await this.database.transaction((tx) => this.takeGroup(tx, reporter, group));
      const duplicates = taken.duplicates + group.length - stored;
      taken = { stored: taken.stored + stored, duplicates, parked: taken.parked + parked };
    }
    if (taken.stored > 0) this.waker.wake('stats');
    if (taken.parked > 0)
      this.log.warn('Reports of letters that are not known here', {
        event: 'provider_events.parked',
        connector: reporter.connectorId,
        reports: taken.parked,
      });
    return taken;
  }

  private async takeGroup(
    tx: Sql,
    reporter: Reporter,
    events: readonly ProviderEvent[],
  ): Promise<{ readonly stored: number; readonly parked: number }> {
    const { environmentId } = reporter;
    // Whoever keeps one person's rows must not make this keep a hundred people's: the provider reports again.
    await waitAtMost(tx, HELD_MS);
    const time = await environmentTime(tx, environmentId);
    const timed = events.map((event) => timedEvent(event, time));
    const named = await this.fresh(tx, environmentId, await this.named(tx, environmentId, timed));
    if (named.length === 0) return { stored: 0, parked: 0 };
    const letters = await this.letters(tx, environmentId, named);
    const reports = named.map(({ event, messageId, contactId }) => {
      const letter = messageId === null ? undefined : letters.get(messageId);
      const isKnown = letter !== undefined || contactId !== null;
      return {
        event,
        messageId: letter?.id ?? messageId,
        contactId,
        letter,
        outcome: isKnown ? 'applied' : 'parked',
      } as const;
    });
    const subjects = new Map<string, Subject>();
    for (const { event, letter, contactId, outcome } of reports) {
      if (outcome === 'parked') continue;
      const key = letter?.id ?? `${contactId}`;
      const known = subjects.get(key) ?? { who: concerned(environmentId, letter, contactId, event), news: NO_NEWS };
      subjects.set(key, { ...known, news: withEvent(known.news, event) });
    }
    await this.apply(tx, environmentId, [...subjects.values()], time.now);
    await storeReports(tx, reporter, reports);
    return { stored: reports.length, parked: reports.filter(({ outcome }) => outcome === 'parked').length };
  }

  /** Which letter each report is about: the one that it names and we have, else the last one to its address. */
  private async named(tx: Sql, environmentId: string, events: readonly TimedEvent[]): Promise<readonly NamedReport[]> {
    const addressed = events.filter(({ address }) => address !== null);
    const direct = await readLetters(
      tx,
      environmentId,
      addressed.flatMap(({ messageId }) => messageId ?? []),
    );
    const unnamed = addressed.filter(({ messageId }) => messageId === null || !direct.has(messageId));
    const people = await peopleOf(tx, environmentId, unnamed);
    return events.map((event) => {
      const person = people.get(event.key);
      return person
        ? { event, messageId: person.messageId, contactId: person.contactId }
        : { event, messageId: event.messageId, contactId: null };
    });
  }

  /** Those that were not taken before, each once: a letter may be reported by its name and by its address. */
  private async fresh(tx: Sql, environmentId: string, named: readonly NamedReport[]): Promise<readonly NamedReport[]> {
    const reports = new Map(named.map((report) => [keyOfReport(report.event, report.messageId), report]));
    const keys = await takeKeys(tx, environmentId, [...reports.keys()]);
    return [...reports].flatMap(([key, report]) => (keys.has(key) ? [report] : []));
  }

  /**
   * The letters, with people and runs locked where a report may settle a letter or concern its person. The many reports of
   * deliveries that only move a facet wait for nobody.
   */
  private async letters(
    tx: Sql,
    environmentId: string,
    named: readonly NamedReport[],
  ): Promise<ReadonlyMap<string, ReportedLetter>> {
    const ids = [...new Set(named.flatMap(({ messageId }) => messageId ?? []))];
    const letters = await readLetters(tx, environmentId, ids);
    const touching = new Set(named.filter(({ event }) => isPersonal(event)).map(({ messageId }) => messageId));
    const touched = ids.filter((id) => touching.has(id) || (letters.get(id)?.state ?? 'accepted') !== 'accepted');
    const people = named.flatMap(({ messageId, contactId }) => (messageId === null && contactId ? contactId : []));
    if (touched.length + people.length === 0) return letters;
    return new Map([...letters, ...(await lockLetters(tx, environmentId, touched, people))]);
  }

  private async apply(tx: Sql, environmentId: string, subjects: readonly Subject[], now: Date): Promise<void> {
    const news = new Map(
      subjects.flatMap(({ who, news: of }) => (who.messageId === null ? [] : [[who.messageId, of]])),
    );
    const settled = await writeNews(tx, environmentId, news, now);
    const softly = await countSoftBounces(tx, environmentId, subjects.flatMap(softBounces));
    for (const { who, news: of } of subjects) {
      const soft = of.softBounces.length > 0 && who.address !== null && softly.has(who.address);
      const reason = of.suppress ?? (soft ? 'soft_bounces' : null);
      if (reason !== null) await this.effects.suppress(tx, who, reason, now);
      if (of.unsubscribedAt !== null) await this.effects.unsubscribe(tx, who, of.unsubscribedAt, now);
    }
    await forgetSoftBounces(tx, environmentId, [
      ...subjects.flatMap(({ who: { address }, news: { deliveredAt } }) =>
        address !== null && deliveredAt !== null ? [{ emailKey: address, until: deliveredAt }] : [],
      ),
      ...[...softly].map((emailKey) => ({ emailKey, until: now })),
    ]);
    const runs = settled.flatMap(({ enrollmentId }) =>
      enrollmentId === null ? [] : [{ environmentId, enrollmentId }],
    );
    if (runs.length > 0) await this.runs.settle(tx, runs, now);
  }
}

/** Nothing is reported from the future; where time stands, reports happen now. */
function timedEvent(
  event: ProviderEvent,
  { now, stands }: { readonly now: Date; readonly stands: boolean },
): TimedEvent {
  return { ...event, at: event.at === null || stands || event.at > now ? now : event.at };
}

function isPersonal({ suppress, unsubscribes, kind }: TimedEvent): boolean {
  return suppress !== null || unsubscribes || kind === 'blocked' || kind === 'deferred';
}

function concerned(
  environmentId: string,
  letter: ReportedLetter | undefined,
  contactId: string | null,
  event: TimedEvent,
): Concerned {
  if (!letter) return { environmentId, contactId, messageId: null, address: event.address, isCurrent: true };
  const address = keyOfAddress(letter.address);
  return {
    environmentId,
    contactId: letter.contactId,
    messageId: letter.id,
    address,
    isCurrent: address !== null && address === letter.emailKey,
  };
}

function softBounces({ who: { address: emailKey, contactId }, news }: Subject): SoftBounce[] {
  if (emailKey === null || contactId === null) return [];
  return news.softBounces.map((at) => ({ emailKey, contactId, at }));
}
