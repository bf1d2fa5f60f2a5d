import { ApiProperty } from '@nestjs/swagger';
import { ContactView } from '../contacts/contact.view.js';
import type { SuppressionReason } from '../contacts/suppressions.js';
import { type EngagementView, LetterLinkView, type MessageView } from '../delivery/message.view.js';
import type { StepRecord } from '../domain/run.js';
import { EventOutcomeView } from '../ingest/event.view.js';
import { Instant } from '../platform/http/described.js';
import type { ProviderEventKind } from '../tracking/provider-events/provider-event.js';
import { RunStateView } from './run-state.view.js';

/** Who the person is. */
export class ExportedProfileView extends ContactView {
  /** Browsers and devices that are known to be the person's. */
  readonly anonymousIds!: string[];
}

/** A consent, or a withdrawal, with its evidence. */
export class ExportedConsentView {
  /** `marketing`, a topic (`class:care`, `group:carts`) or `pause`. */
  readonly purpose!: string;
  /** False takes it back. */
  readonly granted!: boolean;
  /** Where the person said so. */
  readonly source!: string;
  /** When they did. */
  @Instant()
  readonly at!: string;
  /** When it came here. */
  @Instant()
  readonly receivedAt!: string;
  /** Our id of the event that told of it, else null. */
  @ApiProperty({ format: 'uuid' })
  readonly event!: string | null;
  /** What else is known of it. */
  readonly evidence!: Record<string, unknown>;
}

/** That the person's address is blocked. */
export class ExportedSuppressionView {
  /** As it was written when it was blocked; of somebody who was erased before as they have it now. */
  readonly email!: string;
  /** Why nothing is sent to it. */
  readonly reason!: SuppressionReason;
  /** When it was blocked. */
  @Instant()
  readonly at!: string;
}

/** An event of the person. */
export class ExportedEventView {
  /** The client's id, else ours. */
  readonly id!: string;
  /** `cart.updated`: what happened. */
  readonly type!: string;
  /** When it happened. */
  @Instant()
  readonly occurredAt!: string;
  /** When it came. */
  @Instant()
  readonly receivedAt!: string;
  /** The event's own fields, as they were posted. */
  readonly data!: Record<string, unknown>;
  /** What it did in each scenario that listens to it. */
  readonly outcomes!: EventOutcomeView[];
}

/** A decision on a run. */
export class ExportedStepView {
  /** Id of the step that it was about; null where it was about the run. */
  readonly step!: string | null;
  /** `unsent`: the letter could not be made or was not taken. */
  readonly outcome!: StepRecord['outcome'];
  /** Why; null where there is nothing to say. */
  readonly reason!: string | null;
  /** What the step's condition missed when it was undetermined; else null. */
  readonly field!: string | null;
  /** When it was taken. */
  @Instant()
  readonly at!: string;
}

/** A run of the person through a scenario. */
export class ExportedRunView extends RunStateView {
  /** Key of the scenario. */
  readonly scenario!: string;
  /** Which variant was drawn; '' where the scenario has none. */
  readonly variant!: string;
  /** The event that it follows up, as it stands now. */
  readonly event!: Record<string, unknown>;
  /** Every decision, oldest first. */
  readonly steps!: ExportedStepView[];
}

/** A letter to the person. */
export class ExportedMessageView {
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** Key of the scenario; null for a test. */
  readonly scenario!: string | null;
  /** Id of its step; null for a test. */
  readonly step!: string | null;
  /** Which consent it needs. */
  readonly class!: MessageView['messageClass'];
  /** What became of it. */
  readonly state!: MessageView['state'];
  /** Why it was not sent, why it waits, or the provider's code; else null. */
  readonly reason!: string | null;
  /** What more there is to say of the reason; else null. */
  readonly detail!: string | null;
  /** Where it went; null as long as it did not go. */
  readonly to!: string | null;
  /** As it was rendered; null as long as it was not. */
  readonly subject!: string | null;
  /** Language in which it was rendered; null as long as it was not. */
  readonly locale!: string | null;
  /** When it went out, or may have. */
  @Instant()
  readonly sentAt!: string | null;
  /** When the provider says that the mailbox took it. */
  @Instant()
  readonly deliveredAt!: string | null;
  /** When it came back. */
  @Instant()
  readonly bouncedAt!: string | null;
  /** When it was reported as spam. */
  @Instant()
  readonly complainedAt!: string | null;
  /** When its reader took themselves off the list by it. */
  @Instant()
  readonly unsubscribedAt!: string | null;
  /** Headers of the mail that are its own, by name; null as long as nothing was rendered. */
  readonly headers!: Record<string, string> | null;
  /** Links that are counted, as they stand in the letter; null as long as nothing was rendered. */
  readonly links!: LetterLinkView[] | null;
  /** What it said, without markup; null as long as nothing was rendered. */
  readonly text!: string | null;
}

/** What was done with a letter to the person. */
export class ExportedEngagementView {
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string;
  /** A click is no open. */
  readonly action!: EngagementView['action'];
  /** Only people's acts are counted. */
  readonly actor!: EngagementView['actor'];
  /** The rule that told a person from a machine, or how somebody unsubscribed. */
  readonly verdict!: string;
  /** Index of the clicked link. */
  @ApiProperty({ type: 'integer' })
  readonly link!: number | null;
  /** Where the clicked link leads. */
  readonly url!: string | null;
  /** The program that did it, as it calls itself. */
  readonly userAgent!: string | null;
  /** When it was done. */
  @Instant()
  readonly at!: string;
}

/** What a provider reported of a letter to the person. */
export class ExportedReportView {
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string;
  /** How far the letter came, or what was done with it as the provider saw it. */
  readonly kind!: ProviderEventKind;
  /** When it happened. */
  @Instant()
  readonly at!: string;
  /** The provider's words, without addresses. */
  readonly detail!: string | null;
}

/** An order, or another event that may be a goal. */
export class ExportedConversionView {
  /** Our id of the event. */
  @ApiProperty({ format: 'uuid' })
  readonly event!: string;
  /** `order.placed`: what happened. */
  readonly type!: string;
  /** When it happened. */
  @Instant()
  readonly at!: string;
  /** `pending`: not judged yet; `uncredited`: no letter brought it. */
  readonly state!: 'pending' | 'credited' | 'uncredited';
  /** Id of the letter that brought it, else null. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string | null;
  /** Key of the scenario's goal that it reached, else null. */
  readonly goal!: string | null;
  /** What the event told. */
  readonly data!: Record<string, unknown>;
}

/** Everything that is kept about one person. */
export class ContactExportView {
  /** Who the person is. */
  readonly profile!: ExportedProfileView;
  /** What they consented to and withdrew, with the evidence. */
  readonly consents!: ExportedConsentView[];
  /** Whether their address is blocked: one entry, or none. */
  readonly suppressions!: ExportedSuppressionView[];
  /** What they did at the shop, by type and time. */
  readonly events!: ExportedEventView[];
  /** Their runs through scenarios. */
  readonly enrollments!: ExportedRunView[];
  /** Letters to them, with their text. */
  readonly messages!: ExportedMessageView[];
  /** What was done with those letters. */
  readonly engagements!: ExportedEngagementView[];
  /** What providers reported of those letters. */
  readonly providerReports!: ExportedReportView[];
  /** Goals that they reached. */
  readonly conversions!: ExportedConversionView[];
}
