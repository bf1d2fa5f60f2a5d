import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { findContactId } from '../contacts/contact-lookup.js';
import { subjectOf } from '../domain/subject.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, type Position, unknownCursor } from '../platform/http/pages.js';
import type { ExplainQueryDto } from './explain-query.dto.js';
import {
  explanation,
  type LookedAtRow,
  type DecisionRow,
  type LetterRow,
  type OtherRunRow,
  type RunRow,
} from './explanation.js';
import type { ExplanationView, ListeningView } from './explanation.view.js';
import { DECISIONS, LATEST_RUN, LOOKED_AT, OTHER_RUNS, PUBLISHED, RUN_LETTERS, TIMELINE } from './timeline-sql.js';
import type { TimelineItem } from './timeline.view.js';

/** A line of each kind without its instant. */
type Line<T> = T extends TimelineItem ? Omit<T, 'at'> : never;

interface ItemRow {
  readonly at: Date;
  /** With microseconds, for the cursor. */
  readonly at_key: string;
  readonly rank: number;
  readonly id: string;
  readonly body: Line<TimelineItem>;
}

/** What happened to one person, and why. */
@Injectable()
export class ContactHistory {
  constructor(private readonly requests: RequestDatabase) {}

  /** Events, decisions, letters, acts and goals in one list, oldest first. Throws NotFound for an unknown contact. */
  timeline(scope: Scope, contact: string, page: PageQuery): Promise<PageOf<TimelineItem>> {
    const { limit, after } = page;
    if (after && !isPlace(after)) throw unknownCursor();
    return this.requests.read(scope, async (sql) => {
      const id = await contactId(sql, scope, contact);
      const rows = await sql.query<ItemRow>(TIMELINE, [
        scope.environmentId,
        id,
        ...(after ?? [null, null, null]),
        limit + 1,
      ]);
      return pageOf(
        rows,
        page,
        (row) => [row.at_key, row.rank, row.id],
        ({ at, body }) => ({ at: at.toISOString(), ...body }),
      );
    });
  }

  /** The person's latest run in a scenario, or in it for one subject, with every decision, or why there is none. */
  explain(scope: Scope, contact: string, { scenario, subject }: ExplainQueryDto): Promise<ExplanationView> {
    return this.requests.read(scope, async (sql) => {
      const id = await contactId(sql, scope, contact);
      const ofScenario = [scope.storeId, scope.environmentId, scenario];
      const [known] = await sql.query<{ published: ListeningView | null }>(PUBLISHED, ofScenario);
      if (!known) throw new NotFound(`scenario ${scenario}`);
      const [run] = await sql.query<RunRow>(LATEST_RUN, [
        scope.environmentId,
        id,
        scenario,
        subject === undefined ? null : subjectOf(subject),
      ]);
      const ofRun = [scope.environmentId, run?.id ?? null];
      return explanation({
        scenario,
        published: known.published,
        run,
        decisions: await sql.query<DecisionRow>(DECISIONS, ofRun),
        letters: await sql.query<LetterRow>(RUN_LETTERS, ofRun),
        others: await sql.query<OtherRunRow>(OTHER_RUNS, [scope.environmentId, id, scenario, run?.id ?? null]),
        lookedAt: await sql.query<LookedAtRow>(LOOKED_AT, [scope.environmentId, id, scenario, scope.storeId]),
      });
    });
  }
}

async function contactId(sql: Sql, { environmentId }: Scope, contact: string): Promise<string> {
  const id = await findContactId(sql, environmentId, contact);
  if (id === null) throw new NotFound('contact');
  return id;
}

/** As PostgreSQL writes it in UTC; JavaScript reads years and zones beside it that PostgreSQL does not. */
const WRITTEN = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;

/** Whether a cursor tells an instant as PostgreSQL writes it, a rank and an id, as the timeline's do. */
function isPlace([at, rank, id, ...more]: Position): boolean {
  const isInstant = typeof at === 'string' && WRITTEN.test(at) && !Number.isNaN(Date.parse(at));
  return isInstant && Number.isInteger(rank) && isUuid(id) && more.length === 0;
}
