import { ApiProperty } from '@nestjs/swagger';
import type { Problem } from '../domain/problem.js';
import type { Scenario } from '../domain/scenario-schema.js';
import type { ScenarioDraft } from './scenario.entity.js';

/** What an environment runs of a scenario. */
export class PublicationView {
  readonly version!: number;
  /** `paused`: nobody enters and nothing goes out; `archived`: its runs have ended. */
  readonly state!: 'published' | 'paused' | 'archived';
}

/** A scenario in a list. */
export class ScenarioLine {
  readonly key!: string;
  readonly name!: string;
  readonly live!: PublicationView | null;
  readonly sandbox!: PublicationView | null;
  /** When the draft was changed last, ISO 8601 UTC. */
  readonly updatedAt!: string;
}

/** A scenario with its draft. */
export class ScenarioView extends ScenarioLine {
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly draft!: ScenarioDraft;
  /** What publishing would refuse in the draft, as far as the document itself tells. */
  @ApiProperty({ type: 'array', items: { type: 'object' } })
  readonly problems!: readonly Problem[];
  /** What publishing would take, though it is hardly meant; none while there are problems. */
  @ApiProperty({ type: 'array', items: { type: 'object' } })
  readonly warnings!: readonly Problem[];
}

/** What an environment runs after publishing, pausing, resuming or archiving. */
export class PublishedView extends PublicationView {
  readonly key!: string;
}

/** The same after publishing, with what is hardly meant as it is written. */
export class PublishingView extends PublishedView {
  @ApiProperty({ type: 'array', items: { type: 'object' } })
  readonly warnings!: readonly Problem[];
}

/** A published version. */
export class ScenarioVersionView {
  readonly version!: number;
  readonly createdAt!: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly document!: Scenario;
}
