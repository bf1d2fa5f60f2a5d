import { ApiProperty } from '@nestjs/swagger';
import type { Problem } from '../domain/problem.js';
import type { Scenario } from '../domain/scenario-schema.js';
import { Instant } from '../platform/http/described.js';
import { DRAFT_REF, SCENARIO_REF } from './scenario-schemas.js';
import type { ScenarioDraft } from './scenario.entity.js';

/** What an environment runs of a scenario. */
export class PublicationView {
  /** Which version people enter; those who are in flight finish on theirs. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** `paused`: nobody enters and nothing goes out; `archived`: its runs have ended. */
  readonly state!: 'published' | 'paused' | 'archived';
}

/** What is told of a place in a scenario document. */
export class ScenarioProblemView implements Problem {
  /** JSON pointer into the document, such as `/steps/1/template`; empty for the whole of it. */
  readonly pointer!: string;
  /** Stable snake_case word for programs. */
  readonly code!: string;
  /** A sentence for people. */
  readonly detail!: string;
}

/** A scenario in a list. */
export class ScenarioLine {
  /** Kebab-case, the document's; never changes. */
  readonly key!: string;
  /** What people call it, the draft's. */
  readonly name!: string;
  /** What runs in the live environment; null where it was never published. */
  readonly live!: PublicationView | null;
  /** What runs in the sandbox; null where it was never published. */
  readonly sandbox!: PublicationView | null;
  /** When the draft was changed last. */
  @Instant()
  readonly updatedAt!: string;
}

/** A scenario with its draft. */
export class ScenarioView extends ScenarioLine {
  /** What is being edited. */
  @ApiProperty({ allOf: [DRAFT_REF] })
  readonly draft!: ScenarioDraft;
  /** What publishing would refuse in the draft, as far as the document itself tells. */
  @ApiProperty({ type: [ScenarioProblemView] })
  readonly problems!: readonly Problem[];
  /** What publishing would take, though it is hardly meant; none while there are problems. */
  @ApiProperty({ type: [ScenarioProblemView] })
  readonly warnings!: readonly Problem[];
}

/** What an environment runs after pausing, resuming or archiving. */
export class PublishedView extends PublicationView {
  /** The scenario's. */
  readonly key!: string;
}

/** The same after publishing, with what is hardly meant as it is written. */
export class PublishingView extends PublishedView {
  /** What was published, though it is hardly meant. */
  @ApiProperty({ type: [ScenarioProblemView] })
  readonly warnings!: readonly Problem[];
}

/** A published version; it never changes. */
export class ScenarioVersionView {
  /** Counted from 1; numbers of a deleted scenario of this key are not given again. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** When it was published first. */
  @Instant()
  readonly createdAt!: string;
  /** What was published, defaults filled in and durations in ISO 8601. */
  @ApiProperty({ allOf: [SCENARIO_REF] })
  readonly document!: Scenario;
}
