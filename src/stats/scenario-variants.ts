import { Injectable } from '@nestjs/common';
import { RequestDatabase } from '../platform/database/request-database.js';
import type { Caller } from '../platform/http/auth.js';
import { Unprocessable } from '../platform/http/domain-error.js';
import { ScenarioRegistry } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { comparedSpan } from './compared-span.js';
import { everyVersion, goalsOf, type Version } from './every-version.js';
import { READ_ALL } from './lift-sql.js';
import { VARIANTS } from './variants-sql.js';
import { namesOf, type VariantRow, variantsView } from './variants-view.js';
import type { VariantsQueryDto, VariantsView } from './variants.dto.js';

/** What the variants of a scenario's splits brought. */
@Injectable()
export class ScenarioVariants {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly scenarios: ScenarioRegistry,
    private readonly stores: StoresService,
  ) {}

  /** People who were drawn on these days, in the store's zone. Throws NotFound; 422 for a variant that nobody was drawn into. */
  variants(caller: Caller, scenario: string, query: VariantsQueryDto): Promise<VariantsView> {
    return this.requests.read(caller, async (sql) => {
      const versions = await everyVersion(sql, this.scenarios, caller.storeId, scenario);
      const { from, to, now } = await comparedSpan(sql, this.stores, caller, query);
      await sql.query(READ_ALL);
      const rows = await sql.query<VariantRow & Record<string, unknown>>(VARIANTS, [
        caller.environmentId,
        scenario,
        from,
        to,
        now,
        goalsOf(versions),
      ]);
      return variantsView(scenario, rows, againstOf(namesOf(rows), versions, query.against));
    });
  }
}

function againstOf(names: readonly string[], versions: readonly Version[], asked?: string): string | null {
  if (asked === undefined) return keysOf(versions).find((key) => names.includes(key)) ?? names[0] ?? null;
  if (names.includes(asked)) return asked;
  const known = names.length === 0 ? 'nobody was drawn into any' : `there are ${names.join(', ')}`;
  throw new Unprocessable('unknown_variant', `nobody was drawn into the variant ${asked}: ${known}`, [
    { pointer: '/against', code: 'unknown_variant', detail: known },
  ]);
}

/** Keys of variants as the newest version that has some writes them, controls before the others. */
function keysOf(versions: readonly Version[]): readonly string[] {
  const splits = versions.map(({ compiled }) =>
    compiled.steps.flatMap((step) => (step.type === 'split' ? step.step.variants : [])),
  );
  const newest = splits.findLast((variants) => variants.length > 0) ?? [];
  return newest.toSorted((a, b) => Math.min(a.steps.length, 1) - Math.min(b.steps.length, 1)).map(({ key }) => key);
}
