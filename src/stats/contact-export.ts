import { Injectable } from '@nestjs/common';
import { findContactId } from '../contacts/contact-lookup.js';
import { CONTACT_BY_ID, type ContactRow, contactView } from '../contacts/contact.view.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { KeptLetters, type KeptRow } from '../templates/kept-letters.js';
import { EXPORT_SECTIONS, type ExportSection } from './export-sections.js';

/** Rows that are in memory at a time: letters bring their text. */
const PAGE = 500;

/** Rows of messages bring their letter. */
interface ItemRow extends Partial<KeptRow> {
  readonly key: readonly string[];
  readonly item: Readonly<Record<string, unknown>>;
  readonly [column: string]: unknown;
}

/** Everything that is kept about one person, as JSON in pieces (GDPR articles 15 and 20). */
@Injectable()
export class ContactExport {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly letters: KeptLetters,
    private readonly blind: BlindKeys,
  ) {}

  /** The document, page by page as it is read. Throws NotFound before the first piece. */
  async start(scope: Scope, contact: string): Promise<AsyncGenerator<string>> {
    const found = await this.requests.read(scope, async (tx) => {
      const id = await findContactId(tx, scope.environmentId, contact);
      const about = [scope.environmentId, id, ...this.blind.pads];
      const [person] = id === null ? [] : await tx.query<ContactRow>(CONTACT_BY_ID, about);
      if (!person) return null;
      const rows = await tx.query<{ id: string; anonymous: string[] }>(PERSON, [scope.environmentId, id]);
      return { person, ids: rows.map((row) => row.id), anonymous: rows.flatMap((row) => row.anonymous) };
    });
    if (!found) throw new NotFound('contact');
    const profile = { ...contactView(found.person), anonymousIds: found.anonymous };
    return this.document(scope, profile, found.ids);
  }

  private async *document(scope: Scope, profile: object, ids: readonly string[]): AsyncGenerator<string> {
    yield `{"profile":${JSON.stringify(profile)}`;
    for (const section of EXPORT_SECTIONS) {
      yield `,\n"${section.name}":[`;
      let separator = '\n';
      for await (const rows of this.pages(scope, section, ids)) {
        const items = await Promise.all(rows.map((row) => this.itemOf(row)));
        yield separator + items.map((item) => JSON.stringify(item)).join(',\n');
        separator = ',\n';
      }
      yield ']';
    }
    yield '}\n';
  }

  private async itemOf(row: ItemRow): Promise<object> {
    if (row.letter_of === undefined) return row.item;
    return { ...row.item, text: (await this.letters.read(row as KeptRow))?.text ?? null };
  }

  private async *pages(
    scope: Scope,
    { sql, first, isLong, isBlind }: ExportSection,
    ids: readonly string[],
  ): AsyncGenerator<readonly ItemRow[]> {
    for (const id of ids)
      for (let behind: readonly string[] | null = first; behind !== null;) {
        const position: readonly string[] = behind;
        const rows = await this.requests.read(scope, async (tx) => {
          if (isLong) await tx.query(IN_INDEX_ORDER);
          const pads = isBlind ? this.blind.pads : [];
          return tx.query<ItemRow>(sql, [scope.environmentId, id, position, PAGE, ...pads]);
        });
        if (rows.length > 0) yield rows;
        behind = rows.length < PAGE ? null : rows.at(-1)!.key;
      }
  }
}

/** The planner believes that few rows lie behind a position, and would read and sort all of a person's for every page. */
const IN_INDEX_ORDER = 'SET LOCAL enable_sort = off';

/** The contact and those merged into it, each with its anonymous ids. */
const PERSON = `
SELECT k.id, ARRAY(SELECT q.key FROM contact_keys q
    WHERE q.environment_id = k.environment_id AND q.contact_id = k.id AND q.kind = 'anonymous' ORDER BY q.key) AS anonymous
FROM contacts k WHERE k.environment_id = $1 AND (k.id = $2 OR k.merged_into = $2) ORDER BY k.id`;
