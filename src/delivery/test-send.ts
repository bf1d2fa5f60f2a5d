import { Injectable } from '@nestjs/common';
import { findSuppression } from '../contacts/suppressions.js';
import { parseEmail } from '../domain/email-address.js';
import type { SkipReason } from '../domain/reasons.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { Env } from '../platform/config/env.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Scope } from '../platform/database/request-database.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { newId } from '../platform/ids.js';
import { WorkerIncarnation } from '../platform/worker-incarnation.js';
import { EnvironmentsService } from '../stores/environments.service.js';
import type { StoreSettings } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import { invalid } from '../templates/template-drafts.js';
import { TemplatePreviews } from '../templates/template-previews.js';
import type { PreviewView } from '../templates/template.view.js';
import { headerText, letterHeaders, parseMailbox } from './mail-headers.js';
import { senderOf } from './mail-of-letter.js';
import { outcomeOfResult } from './outcome.js';
import { isAllowedRecipient } from './recipients.js';
import { dayIn } from './sent-on.js';
import { writeTestLetter, writeTestOutcome } from './test-letter.js';
import type { TestSendDto } from './test-send.dto.js';
import type { TestLetterView, TestSendView } from './test-send.view.js';
import { type Mail, utf8Parts } from './transports/transport.js';
import { Transports } from './transports/transports.js';

/** A test is never tried again by itself. */
const NO_WAITS = { retryFirstMs: 0, circuitMs: 0 };

/** Sends a template to whoever wants to see it in a real mailbox. Rows of the ledger like any letter's, counted nowhere. */
@Injectable()
export class TestSend {
  constructor(
    private readonly db: EngineDatabase,
    private readonly previews: TemplatePreviews,
    private readonly stores: StoresService,
    private readonly environments: EnvironmentsService,
    private readonly transports: Transports,
    private readonly worker: WorkerIncarnation,
    private readonly env: Env,
    private readonly blind: BlindKeys,
  ) {}

  /** @throws Conflict `sending_held`; Unprocessable `invalid_address`, `template_invalid`; NotFound for an unknown template or version */
  async send(scope: Scope, key: string, { to, ...preview }: TestSendDto): Promise<TestSendView> {
    const addresses = to.map(addressOf);
    const rendered = await this.previews.preview(scope, key, preview);
    if (rendered.html === '') throw invalid(key, 'be sent', rendered.problems);
    const lane = await this.environments.lane(this.db, scope.environmentId);
    if (lane.clock === 'real' && this.env.SENDING_HOLD)
      throw new Conflict('sending_held', 'all sending is held (SENDING_HOLD)');
    const settings = (await this.stores.settingsOf(this.db, [scope.storeId])).get(scope.storeId)!;
    const messages = await Promise.all(
      addresses.map((address) => this.one(scope, lane, settings, key, rendered, address)),
    );
    return { messages };
  }

  private async one(
    scope: Scope,
    lane: Lane,
    settings: StoreSettings,
    template: string,
    rendered: PreviewView,
    address: { readonly email: string; readonly key: string },
  ): Promise<TestLetterView> {
    const at = await laneNow(this.db, lane);
    const mail = this.mail(scope, settings, rendered, address.email);
    const refusal = await this.refusal(scope, lane, settings, address);
    const { transport, slots } = this.transports.of(lane.clock);
    const letter = {
      scope,
      clock: lane.clock,
      template,
      mail,
      provider: transport.name,
      workerId: this.worker.id,
      at,
      day: dayIn(settings.timezone, at),
    };
    await writeTestLetter(this.db, letter, refusal);
    if (refusal) return { id: mail.messageId, to: mail.to, state: 'skipped', reason: refusal };
    await slots.take(1);
    const result = await transport.send(mail).finally(() => slots.giveBack(1));
    const { state, reason } = await writeTestOutcome(this.db, letter, outcomeOfResult(result, 0, NO_WAITS, 0));
    return { id: mail.messageId, to: mail.to, state, reason };
  }

  private mail(scope: Scope, settings: StoreSettings, rendered: PreviewView, to: string): Mail {
    const messageId = newId();
    const from = senderOf(settings, parseMailbox(this.env.MAIL_FROM));
    return {
      messageId,
      storeId: scope.storeId,
      from,
      to,
      replyTo: settings.replyTo && headerText(settings.replyTo),
      subject: headerText(rendered.subject),
      parts: () => utf8Parts(rendered),
      headers: letterHeaders({ messageId, attempt: 1, from, messageClass: 'service', unsubscribeUrl: '' }),
    };
  }

  /** Nobody who must not be written to is, not even for a look. */
  private async refusal(
    { environmentId }: Scope,
    lane: Lane,
    settings: StoreSettings,
    { email, key }: { readonly email: string; readonly key: string },
  ): Promise<SkipReason | null> {
    const lists = lane.clock === 'real' ? [this.env.LIVE_RECIPIENTS, settings.liveRecipients] : [];
    if (!isAllowedRecipient(email, lists)) return 'not_allowed_yet';
    const suppressed = await findSuppression(this.db, environmentId, key, this.blind);
    return suppressed ? 'suppressed' : null;
  }
}

function addressOf(text: string, index: number): { readonly email: string; readonly key: string } {
  const parsed = parseEmail(text);
  if (!parsed.ok)
    throw new Unprocessable('invalid_address', parsed.detail, [
      { pointer: `/to/${index}`, code: 'invalid_address', detail: parsed.detail },
    ]);
  return parsed;
}
