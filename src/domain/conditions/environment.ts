import { Environment } from '@marcbachmann/cel-js';
import { asFlag, asInstant, asList, asNumber, asText, Known } from './known.js';

const SYNC = { async: false };
const INSTANT = 'google.protobuf.Timestamp';

/** Longest expression, in characters. */
export const LONGEST_SOURCE = 2_000;

/** Reads what people write: only the syntax, within limits. */
export const reader = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 300, maxDepth: 24, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 },
});

/** Checks and runs what `translate` makes of it: values are read through conversions, facts through `known`. */
export const engine = new Environment({ limits: { maxAstNodes: 5_000, maxDepth: 250 } })
  .registerType('Known', Known)
  .registerVariable('event', 'dyn')
  .registerVariable('contact', 'dyn')
  .registerVariable('run', 'dyn')
  .registerVariable('store', 'dyn')
  .registerVariable('now', INSTANT)
  .registerVariable('known', 'Known')
  .registerFunction('number(dyn): double', asNumber, SYNC)
  .registerFunction('text(dyn): string', asText, SYNC)
  .registerFunction('flag(dyn): bool', asFlag, SYNC)
  .registerFunction(`instant(dyn): ${INSTANT}`, asInstant, SYNC)
  .registerFunction('items(dyn): list<dyn>', asList, SYNC)
  .registerFunction(`timestamp(${INSTANT}): ${INSTANT}`, (at: Date) => at, SYNC)
  .registerFunction(
    'Known.range(dyn, int): list<dyn>',
    (known: Known, value: unknown, turn: bigint) => known.range(value, Number(turn)),
    SYNC,
  )
  .registerFunction('Known.read(T): T', (known: Known, value: unknown) => known.read(value), SYNC)
  .registerFunction('Known.sized(T): T', (known: Known, value: unknown) => known.sized(value), SYNC)
  .registerFunction('Known.piece(T): T', (known: Known, value: unknown) => known.piece(value), SYNC)
  .registerFunction('Known.zoned(T): T', (known: Known, at: unknown) => known.zoned(at), SYNC)
  .registerFunction('Known.opened(string): bool', (known: Known, id: string) => known.opened(id), SYNC)
  .registerFunction('Known.clicked(string): bool', (known: Known, id: string) => known.clicked(id), SYNC)
  .registerFunction('Known.sent(string): bool', (known: Known, id: string) => known.sent(id), SYNC)
  .registerFunction(
    'Known.happened(string, double): bool',
    (k: Known, t: string, ms: number) => k.happened(t, ms),
    SYNC,
  )
  .registerFunction('Known.count(string, double): double', (k: Known, t: string, ms: number) => k.count(t, ms), SYNC)
  .registerFunction('Known.bought(string, double): bool', (k: Known, id: string, ms: number) => k.bought(id, ms), SYNC)
  .registerFunction(
    'Known.like(string, int): bool',
    (k: Known, t: string, pattern: bigint) => k.like(t, pattern),
    SYNC,
  );
