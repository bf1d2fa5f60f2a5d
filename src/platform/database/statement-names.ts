import { createHash } from 'node:crypto';

/** Statements are texts of the code; should one ever be built at run time, it must not fill the connections with plans. */
const MAX_STATEMENTS = 500;
/** Uses after which a statement gets a new name. */
const STAGES = [20, 500, 20_000];

interface Known {
  readonly hash: string;
  uses: number;
}

/**
 * Names under which statements are prepared, so that PostgreSQL parses and plans each once a connection and not at every
 * use (docs/adr/0010). It keeps the plan that it made under a name, and one made while the tables were empty
 * reads them whole until an ANALYZE comes by (a minute at the latest); so a young statement is prepared anew, under a new
 * name, when it has been used 20, 500 and 20,000 times, by which time its tables show how large they are.
 */
export class StatementNames {
  private readonly known = new Map<string, Known>();
  private generation = 0;

  /** The name for this use of the text; undefined where it is better not prepared. */
  of(text: string): string | undefined {
    let known = this.known.get(text);
    if (!known) {
      if (this.known.size >= MAX_STATEMENTS) return undefined;
      known = { hash: createHash('sha256').update(text).digest('base64url').slice(0, 16), uses: 0 };
      this.known.set(text, known);
    }
    const uses = known.uses++;
    return `${known.hash}.${STAGES.filter((stage) => uses >= stage).length}.${this.generation}`;
  }

  /** Everything is prepared anew: a migration changed what a statement answers. */
  renew(): void {
    this.generation++;
  }
}
