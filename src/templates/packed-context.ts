import type { RenderContext } from './render-request.js';

/**
 * A context without its repetitions. `event` is its data spread out, beside the data itself, and `run.event` is the same
 * event again: as JSON all of it would go to the thread four times.
 */
export interface PackedContext extends Omit<RenderContext, 'event' | 'run' | 'store'> {
  /** null where it is said once for a whole batch. */
  readonly store: RenderContext['store'] | null;
  readonly event: Readonly<Record<string, unknown>>;
  readonly run: Readonly<Record<string, unknown>>;
  readonly isEventSpread: boolean;
  readonly isRunEventSame: boolean;
}

/** @param store what is said of the store beside the contexts; a context that says the same needs not repeat it */
export function packContext(context: RenderContext, store: RenderContext['store'] | null = null): PackedContext {
  const { event, run } = context;
  const { id, type, at, data } = event;
  const isEventSpread = isSpread(event, data);
  const isRunEventSame = run['event'] === event;
  return {
    ...context,
    store: context.store === store ? null : context.store,
    event: isEventSpread ? { id, type, at, data } : event,
    run: isRunEventSame ? { ...run, event: null } : run,
    isEventSpread,
    isRunEventSame,
  };
}

export function unpackContext(packed: PackedContext, store: RenderContext['store'] | null = null): RenderContext {
  const { id, type, at, data } = packed.event;
  const event = packed.isEventSpread ? { ...(data as object), id, type, at, data } : packed.event;
  const run = packed.isRunEventSame ? { ...packed.run, event } : packed.run;
  const { contact, now, links } = packed;
  return { event, contact, run, store: packed.store ?? store ?? {}, now, links };
}

const ENVELOPE = new Set(['id', 'type', 'at', 'data']);

function isSpread(event: RenderContext['event'], data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const own = data as Readonly<Record<string, unknown>>;
  return Object.keys(event).every((key) => ENVELOPE.has(key) || event[key] === own[key]);
}
