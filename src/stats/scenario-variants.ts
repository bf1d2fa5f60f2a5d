import { Injectable } from '@nestjs/common';
import type { SplitStep } from '../domain/scenario-steps.js';
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

/** What the variants of a split brought. */
@Injectable()
export class ScenarioVariants {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly scenarios: ScenarioRegistry,
    private readonly stores: StoresService,
  ) {}

  /** People who were drawn on these days, in the store's zone. Throws NotFound; 422 for a split or a variant that there is not. */
  variants(caller: Caller, scenario: string, query: VariantsQueryDto): Promise<VariantsView> {
    return this.requests.read(caller, async (sql) => {
      const versions = await everyVersion(sql, this.scenarios, caller.storeId, scenario);
      const split = splitOf(versions, query.split);
      const { from, to, now } = await comparedSpan(sql, this.stores, caller, query);
      await sql.query(READ_ALL);
      const rows = await sql.query<VariantRow & Record<string, unknown>>(VARIANTS, [
        caller.environmentId,
        scenario,
        from,
        to,
        now,
        goalsOf(versions),
        split?.id ?? null,
      ]);
      const against = againstOf(namesOf(rows), split, query.against);
      return variantsView({ scenario, split: split?.id ?? null, against }, rows);
    });
  }
}

/** The split that is asked about, as the newest version that has it writes it; null where there is none at all. */
function splitOf(versions: readonly Version[], asked?: string): SplitStep | null {
  const splits = versions.map(({ compiled }) =>
    compiled.steps.flatMap((step) => (step.type === 'split' ? [step.step] : [])),
  );
  if (asked === undefined) return splits.findLast((some) => some.length > 0)?.[0] ?? null;
  const known = splits.flat();
  const ids = [...new Set(known.map(({ id }) => id))];
  return known.findLast(({ id }) => id === asked) ?? refuse('split', asked, ids);
}

/** By default a control, else the first variant that the split has, of those that people were drawn into. */
function againstOf(names: readonly string[], split: SplitStep | null, asked?: string): string | null {
  if (asked !== undefined) return names.includes(asked) ? asked : refuse('against', asked, names);
  const variants = split?.variants ?? [];
  const [controls, others] = [variants.filter(isControl), variants.filter((variant) => !isControl(variant))];
  return [...controls, ...others].map(({ key }) => key).find((key) => names.includes(key)) ?? names[0] ?? null;
}

function isControl({ steps }: SplitStep['variants'][number]): boolean {
  return steps.length === 0;
}

function refuse(field: 'split' | 'against', asked: string, known: readonly string[]): never {
  const code = field === 'split' ? 'unknown_split' : 'unknown_variant';
  const detail = known.length === 0 ? 'there is none' : `there is ${known.join(', ')}`;
  throw new Unprocessable(code, `${asked} is not known: ${detail}`, [{ pointer: `/${field}`, code, detail }]);
}
