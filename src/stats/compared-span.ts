import { nextMidnight, startOfDay } from '../domain/calendar.js';
import { environmentTime } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import type { Caller } from '../platform/http/auth.js';
import type { StoresService } from '../stores/stores.service.js';
import { type AskedSpan, sendDays } from './send-days.js';

/** The instants that a comparison of people is about; `to` is excluded, null is no bound. */
export interface ComparedSpan {
  readonly from: Date | null;
  readonly to: Date | null;
  /** The environment's now. */
  readonly now: Date;
}

/** Reads the days that are asked about, which are days of the store's zone. 422 with a pointer for what are none. */
export async function comparedSpan(
  sql: Sql,
  stores: StoresService,
  { storeId, environmentId }: Caller,
  asked: AskedSpan,
): Promise<ComparedSpan> {
  const now = await environmentTime(sql, environmentId);
  const zone = (await stores.settingsOf(sql, [storeId])).get(storeId)?.timezone ?? 'UTC';
  const { from, to } = sendDays(asked, zone);
  return {
    now,
    from: from === null ? null : startOfDay(from, zone),
    to: to === null ? null : nextMidnight(startOfDay(to, zone), zone),
  };
}
