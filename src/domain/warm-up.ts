/** A plan by which a new sender's letters grow day by day, so that mailbox providers learn to know it. */
export interface WarmUp {
  /** First day of the plan in the store's zone, `YYYY-MM-DD`. */
  readonly startsOn: string;
  /** Letters on the first day. */
  readonly firstDay: number;
  /** Each day allows so many times the day before. */
  readonly growth: number;
  /** Length of the plan; behind it nothing is limited. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
const MOST = 1_000_000_000;

/** Letters that the plan allows on a day (`YYYY-MM-DD`): ⌊firstDay · growthⁿ⌋ on day n; null before and after the plan. */
export function warmUpLimit({ startsOn, firstDay, growth, days }: WarmUp, day: string): number | null {
  const n = (Date.parse(day) - Date.parse(startsOn)) / DAY_MS;
  return n < 0 || n >= days ? null : Math.floor(Math.min(MOST, firstDay * growth ** n));
}
