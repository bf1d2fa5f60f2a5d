import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { newId } from '../platform/ids.js';
import { recordEngagement } from '../tracking/record-engagement.js';
import { Unsubscriber } from '../tracking/unsubscriber.js';
import type { EngageDto } from './sandbox.dto.js';
import type { EngagedView } from './sandbox.view.js';

interface LetterRow {
  readonly state: string;
  readonly links: readonly { readonly index: number; readonly url: string }[] | null;
  readonly now: Date;
  readonly received_at: Date;
}

const LETTER = `
SELECT m.state, b.links, e.virtual_now AS now, clock_timestamp() AS received_at
FROM messages m
JOIN environments e ON e.id = m.environment_id
LEFT JOIN message_bodies b ON b.environment_id = m.environment_id AND b.message_id = m.id
WHERE m.environment_id = $1 AND m.id = $2`;

/** Plays the recipients of a sandbox's letters: what is asked for is recorded as asked, nobody judges it. */
@Injectable()
export class SandboxPeople {
  constructor(
    private readonly database: EngineDatabase,
    private readonly unsubscriber: Unsubscriber,
  ) {}

  /** Records one act now. 404 for an unknown letter, 422 for one that did not go out or has no such link. */
  async engage(environmentId: string, { message, action, link, as = 'person' }: EngageDto): Promise<EngagedView> {
    const [letter] = await this.database.query<LetterRow>(LETTER, [environmentId, message]);
    if (!letter) throw new NotFound('message');
    if (letter.state !== 'accepted')
      throw new Unprocessable('not_accepted', `the message is ${letter.state}: nobody has it in a mailbox`);
    const clicked = action === 'click' ? linkOf(letter, link) : null;
    if (action === 'unsubscribe' && as === 'person')
      await this.unsubscriber.unsubscribe({ environmentId, messageId: message }, 'sandbox', null);
    else
      await recordEngagement(this.database, {
        id: newId(),
        environmentId,
        messageId: message,
        action,
        actor: as,
        verdict: 'played',
        linkIndex: clicked?.index ?? null,
        url: clicked?.url ?? null,
        receivedAt: letter.received_at.toISOString(),
        userAgent: null,
      });
    const at = letter.now.toISOString();
    return { message, action, as, link: clicked?.index ?? null, url: clicked?.url ?? null, at };
  }
}

function linkOf({ links }: LetterRow, index: number | undefined): { readonly index: number; readonly url: string } {
  const link = index === undefined ? links?.[0] : links?.find((known) => known.index === index);
  if (link) return link;
  const detail = `the letter has ${links?.length ?? 0} links`;
  throw new Unprocessable('unknown_link', detail, [{ pointer: '/link', code: 'unknown_link', detail }]);
}
