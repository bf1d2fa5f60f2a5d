/** More than a clock is set back to agree with others: then it was wrong before. */
const SET_BACK_MS = 5 * 60_000;

/**
 * The database's time as events are dated by it, of one process: one group after the other. A clock that is set back a little, by NTP or with
 * a machine that moves, would date an order before the cart that came before it, and a withdrawal of consent before the consent; so it
 * goes on from where it was until the clock has caught up. One that was set back by more is believed: it may have been wrong by a day.
 */
export class SteadyTime {
  private latestMs = -Infinity;

  /** The instant of a group, when the clock says `now`: behind the last group's. */
  next(now: Date): Date {
    const ms = now.getTime();
    const isSetBack = ms <= this.latestMs && this.latestMs - ms <= SET_BACK_MS;
    this.latestMs = isSetBack ? this.latestMs + 1 : ms;
    return new Date(this.latestMs);
  }
}
