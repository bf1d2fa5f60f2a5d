import { Injectable } from '@nestjs/common';
import { parseEmail } from '../domain/email-address.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { environmentTime } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { newId } from '../platform/ids.js';
import type { ContactDto } from './contact.dto.js';
import { lockContacts } from './contact-facts.js';
import { findContactId } from './contact-lookup.js';
import { CONTACT_BY_ID, type ContactRow, contactView, type ContactView } from './contact.view.js';
import { editContact } from './edit-contact.js';
import { eraseContact } from './erase-contact.js';
import { OrderWorth, RunEnder, SubscriptionRequests } from './ports.js';

const UNIQUE_VIOLATION = '23505';

export interface ContactPut {
  readonly created: boolean;
  readonly contact: ContactView;
}

/** 422: a PUT would make somebody who is not found where it was sent to, and who is in its way when it is sent again. */
class OtherAddress extends Unprocessable {
  constructor() {
    const detail = 'must be the address of the path, or be left out: nobody is known by that address yet';
    super('other_address', 'a new contact has the address that it is put to', [
      { pointer: '/email', code: 'other_address', detail },
    ]);
  }
}

/**
 * People as the API edits them, by e-mail address or id. Writes go the engine's way (role, retries, lock order), as they
 * share their locks with ingest and delivery; every statement names the caller's environment.
 */
@Injectable()
export class ContactsService {
  constructor(
    private readonly reads: RequestDatabase,
    private readonly database: EngineDatabase,
    private readonly runs: RunEnder,
    private readonly subscriptions: SubscriptionRequests,
    private readonly orders: OrderWorth,
    private readonly blind: BlindKeys,
  ) {}

  /** Throws NotFound. */
  get(scope: Scope, ref: string): Promise<ContactView> {
    return this.reads.read(scope, async (tx) =>
      this.view(tx, scope, await findContactId(tx, scope.environmentId, ref)),
    );
  }

  /** Changes what `dto` names; null clears. Throws NotFound, Conflict for an identity that another contact has. */
  patch(scope: Scope, ref: string, dto: ContactDto): Promise<ContactView> {
    return this.database.transaction(async (tx) => {
      const row = await this.locked(tx, scope, ref);
      await this.edit(tx, scope, row, dto, false);
      return this.view(tx, scope, row.id);
    });
  }

  /** Replaces a contact's fields, or makes the contact when the address is an e-mail that nobody has; it then has that address. */
  async put(scope: Scope, ref: string, dto: ContactDto): Promise<ContactPut> {
    try {
      return await this.putOnce(scope, ref, dto);
    } catch (error) {
      // Somebody made the contact at this moment: now it is there to be changed.
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return this.putOnce(scope, ref, dto);
      throw error;
    }
  }

  private putOnce(scope: Scope, ref: string, dto: ContactDto): Promise<ContactPut> {
    return this.database.transaction(async (tx) => {
      const created = (await findContactId(tx, scope.environmentId, ref)) === null;
      if (created) await this.make(tx, scope, ref, dto);
      const row = await this.locked(tx, scope, ref);
      await this.edit(tx, scope, row, dto, true);
      return { created, contact: await this.view(tx, scope, row.id) };
    });
  }

  /** Ends the person's runs and scrubs everything personal. Throws NotFound, also for one erased before. */
  erase(scope: Scope, ref: string): Promise<void> {
    const { environmentId } = scope;
    return this.database.transaction(async (tx) => {
      const { id: contactId } = await this.locked(tx, scope, ref);
      const at = await environmentTime(tx, scope.environmentId);
      await this.runs.endRuns(tx, { environmentId, contactId, reason: 'erased', at });
      await this.orders.keep(tx, { environmentId, contactId });
      await eraseContact(tx, { environmentId, contactId }, at, this.blind);
    });
  }

  private async edit(tx: Sql, scope: Scope, row: ContactRow, dto: ContactDto, replace: boolean): Promise<void> {
    const at = await environmentTime(tx, scope.environmentId);
    await editContact(tx, { environmentId: scope.environmentId, row, at }, dto, replace);
    if (!dto.consent?.marketing) return;
    const { storeId, environmentId } = scope;
    const source = dto.consent.source ?? 'api';
    await this.subscriptions.consentGiven(tx, { storeId, environmentId, contactId: row.id, source, at });
  }

  private async make(tx: Sql, scope: Scope, ref: string, dto: ContactDto): Promise<void> {
    const address = parseEmail(ref);
    if (!address.ok) {
      if (ref.includes('@')) throw new Unprocessable('invalid_email', address.detail);
      throw new NotFound('contact');
    }
    if (dto.email !== undefined && !isSameAddress(dto.email, address.key)) throw new OtherAddress();
    await tx.query(MAKE, [
      scope.environmentId,
      newId(),
      address.email,
      address.key,
      await environmentTime(tx, scope.environmentId),
    ]);
  }

  /** A merge may come in between: then the contact that stayed is locked as well. Nobody who is there is not found. */
  private async locked(tx: Sql, scope: Scope, ref: string): Promise<ContactRow> {
    const { environmentId } = scope;
    for (let locked: string | null = null; ;) {
      const contactId = await findContactId(tx, environmentId, ref);
      if (contactId === null) throw new NotFound('contact');
      if (contactId === locked) return this.row(tx, scope, contactId);
      await lockContacts(tx, [{ environmentId, contactId }]);
      locked = contactId;
    }
  }

  private async view(tx: Sql, scope: Scope, contactId: string | null): Promise<ContactView> {
    if (contactId === null) throw new NotFound('contact');
    return contactView(await this.row(tx, scope, contactId));
  }

  private async row(tx: Sql, { environmentId }: Scope, contactId: string): Promise<ContactRow> {
    const [row] = await tx.query<ContactRow>(CONTACT_BY_ID, [environmentId, contactId, ...this.blind.pads]);
    if (!row) throw new NotFound('contact');
    return row;
  }
}

function isSameAddress(text: string | null, key: string): boolean {
  const address = text === null ? null : parseEmail(text);
  return address?.ok === true && address.key === key;
}

const MAKE = `
WITH made AS (
  INSERT INTO contacts (environment_id, id, email, email_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) RETURNING id
)
INSERT INTO contact_keys (environment_id, kind, key, contact_id) SELECT $1, 'email', $4, id FROM made`;
