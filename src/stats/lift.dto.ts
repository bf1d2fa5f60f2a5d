import { IsOptional, IsString } from 'class-validator';

/** Whom a comparison with the held-out is made of. */
export class LiftQueryDto {
  /** First day on which a person's first letter was due, `2026-11-01` or an instant of it. Days are those of the store's zone. */
  @IsOptional()
  @IsString()
  readonly from?: string;

  /** Last such day, itself included. */
  @IsOptional()
  @IsString()
  readonly to?: string;
}

/** One side of the comparison. */
export class LiftGroupView {
  /** Who reached a letter, or would have. */
  readonly people!: number;
  /** Of them who reached a goal in its time, however often. */
  readonly buyers!: number;
  /** Orders, or other goal events, of the buyers in that time. */
  readonly orders!: number;
  /** Buyers as a part of the people; null while there are none. */
  readonly rate!: number | null;
}

/** What the letters added to the part of people who buy. */
export class LiftEstimateView {
  /** Difference of the rates, in parts of one. People held out under different percents are compared apart and brought together. */
  readonly rate!: number;
  /** Lower end of its 95 % interval (Newcombe's). */
  readonly low!: number;
  /** Upper end of the interval. */
  readonly high!: number;
  /** The difference as a part of what the held-out buy by themselves; null when none of them bought. */
  readonly relative!: number | null;
  /** So many buyers of those with letters would not have bought without. */
  readonly buyers!: number;
  /** The interval does not contain 0: letters made a difference. */
  readonly significant!: boolean;
}

/** What a scenario's letters add, measured against the people who were held out of it. */
export class LiftView {
  /** Its key. */
  readonly scenario!: string;
  /** People who were drawn to get its letters, whatever became of them (some have no address or no consent). */
  readonly letters!: LiftGroupView;
  /** People who were held out and walked the same timeline. */
  readonly heldOut!: LiftGroupView;
  /** Null while one of the sides is empty. */
  readonly lift!: LiftEstimateView | null;
  /** The smallest difference of the rates that so many people would show in four cases of five; null while it cannot be told. */
  readonly detectable!: number | null;
  /** People of either side for whom a goal's time is not over yet. */
  readonly stillOpen!: number;
}
