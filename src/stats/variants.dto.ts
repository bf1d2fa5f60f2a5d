import { IsOptional, IsString, MaxLength } from 'class-validator';
import { LiftEstimateView, LiftGroupView } from './lift.dto.js';

/** Which people are compared, and with which variant. */
export class VariantsQueryDto {
  /** First day on which a person was drawn, `2026-11-01` or an instant of it. Days are those of the store's zone. */
  @IsOptional()
  @IsString()
  readonly from?: string;

  /** Last such day, itself included. */
  @IsOptional()
  @IsString()
  readonly to?: string;

  /** Id of the split; by default the first one of the newest version that has any. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly split?: string;

  /** The variant that the others are compared with; by default a control (one without steps), else the first that the document has. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly against?: string;
}

/** The people of a variant. */
export class VariantView extends LiftGroupView {
  /** Its key. */
  readonly variant!: string;
  /** How many more of them buy than of those of `against`; null of that one itself, and while one of the two is empty. */
  readonly lift!: LiftEstimateView | null;
  /** The smallest difference of the rates that so many people would show in four cases of five; null where nothing is compared. */
  readonly detectable!: number | null;
}

/** What the variants of a split brought, by the people who were drawn into each. */
export class VariantsView {
  /** The scenario's key. */
  readonly scenario!: string;
  /** Id of the split's step; null where no version has a split. */
  readonly split!: string | null;
  /** The variant that the others are compared with; null while nobody was drawn. */
  readonly against!: string | null;
  /** `against` first, then the others by their names. */
  readonly variants!: VariantView[];
  /** People for whom a goal's time is not over yet. */
  readonly stillOpen!: number;
}
