import type { RenderContext } from './render-request.js';

/**
 * A context without its repetitions. `event` is its data spread out, beside the data itself, and `run.event` is the same
 * event again: as JSON all of it would go to the thread four times.
 */
export interface PackedContext extends Omit<RenderContext, 'event' | 'run'> {
  readonly event: Readonly<Record<string, unknown>>;
  readonly run: Readonly<Record<string, unknown>>;
  readonly isEventSpread: boolean;
  readonly isRunEventSame: boolean;
}

export function packContext(context: RenderContext): PackedContext {
  const { event, run } = context;
  const { id, type, at, data } = event;
  const isEventSpread = isSpread(event, data);
  const isRunEventSame = run['event'] === event;
  return {
    ...context,
    event: isEventSpread ? { id, type, at, data } : event,
    run: isRunEventSame ? { ...run, event: null } : run,
    isEventSpread,
    isRunEventSame,
  };
}

export function unpackContext({ isEventSpread, isRunEventSame, ...packed }: PackedContext): RenderContext {
  const { id, type, at, data } = packed.event;
  const event = isEventSpread ? { ...(data as object), id, type, at, data } : packed.event;
  return { ...packed, event, run: isRunEventSame ? { ...packed.run, event } : packed.run };
}

const ENVELOPE = new Set(['id', 'type', 'at', 'data']);

function isSpread(event: RenderContext['event'], data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const own = data as Readonly<Record<string, unknown>>;
  return Object.keys(event).every((key) => ENVELOPE.has(key) || event[key] === own[key]);
}
