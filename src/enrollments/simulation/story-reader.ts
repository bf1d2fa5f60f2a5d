import { Injectable } from '@nestjs/common';
import type { CompiledScenario } from '../../domain/compiled-scenario.js';
import { parseDuration } from '../../domain/duration.js';
import type { Reaction, Story } from '../../domain/story.js';
import { asPosted, EventChecker } from '../../ingest/event-checker.js';
import type { IncomingEvent } from '../../ingest/incoming-event.js';
import type { Caller } from '../../platform/http/auth.js';
import { BadInput, type DomainError, type Problem, Unprocessable } from '../../platform/http/domain-error.js';
import { startOf } from '../manual-starts.js';
import type { FurtherEventDto, ReactionDto, SimulateDto } from './simulate.dto.js';
import { dataOf, toldEvent, toldPerson } from './told-person.js';

/** Years are written with four digits, those of everything that comes later included. */
const END = new Date('9900-01-01T00:00:00Z');

/** What a request tells of its person. */
export type ToldStory = Pick<Story, 'event' | 'reactions' | 'contact'>;

type Read = { readonly ok: true; readonly reaction: Reaction } | { readonly ok: false; readonly problem: Problem };

/** Reads what a request wants played; its events by the rules by which events are taken in. */
@Injectable()
export class StoryReader {
  constructor(private readonly checker: EventChecker) {}

  /** Throws an event's own problem, with pointers into the request, or 422 with all reactions that mean nothing in this scenario. */
  read(request: SimulateDto, caller: Caller, compiled: CompiledScenario): ToldStory {
    const { scenario, key } = compiled;
    const first = scenario.trigger.type === 'manual' ? startOf(key) : asPosted;
    const incoming = this.checked(request.event, caller, '/event', first);
    const event = toldEvent(incoming);
    if (new Date(event.at) >= END) throw refused([TOO_FAR]);
    const reads = (request.reactions ?? []).map((dto, i): Read => {
      const at = `/reactions/${i}`;
      const after = parseDuration(dto.after ?? 'PT0S');
      if (!after.ok) return wrong(`${at}/after`, 'invalid_duration', after.detail);
      if (dto.event === undefined) return actOf(dto, at, after.iso, compiled);
      if (dto.step !== undefined || dto.action !== undefined) return wrong(at, 'step_or_event', EITHER);
      const told = this.checked(withContact(dto.event, request.event), caller, `${at}/event`);
      const further = { id: `${event.id}+${i + 1}`, type: told.type, data: dataOf(told) };
      return { ok: true, reaction: { kind: 'event', event: further, after: after.iso } };
    });
    const problems = reads.flatMap((one) => (one.ok ? [] : [one.problem]));
    if (problems.length > 0) throw refused(problems);
    const reactions = reads.flatMap((one) => (one.ok ? [one.reaction] : []));
    return { event, reactions, contact: toldPerson(incoming, request.confirmed ?? false) };
  }

  private checked(event: object, caller: Caller, pointer: string, readItem = asPosted): IncomingEvent {
    const checked = this.checker.item(event, caller, null, readItem);
    if (!checked.ok) throw below(pointer, checked.error);
    return checked.event;
  }
}

const EITHER = 'is either what is done with a letter (step and action) or a further event (event)';

const TOO_FAR: Problem = {
  pointer: '/event/occurredAt',
  code: 'too_far',
  detail: 'the time of a simulation ends with the year 9899',
};

function actOf({ step, action }: ReactionDto, at: string, after: string, { emailSteps }: CompiledScenario): Read {
  if (step === undefined && action === undefined) return wrong(at, 'step_or_event', EITHER);
  if (step === undefined) return wrong(`${at}/step`, 'required', 'is missing');
  if (action === undefined) return wrong(`${at}/action`, 'required', 'is missing');
  const ids = emailSteps.map(({ stepId }) => stepId);
  if (ids.includes(step)) return { ok: true, reaction: { kind: 'act', stepId: step, action, after } };
  const known = ids.length === 0 ? 'it has none' : `it has ${ids.join(', ')}`;
  return wrong(`${at}/step`, 'unknown_step', `the scenario has no e-mail step of this id: ${known}`);
}

/** A further event is the same person's. */
function withContact(event: FurtherEventDto, first: object): object {
  return { ...event, contact: 'contact' in first ? first.contact : undefined };
}

function wrong(pointer: string, code: string, detail: string): Read {
  return { ok: false, problem: { pointer, code, detail } };
}

function refused(problems: readonly Problem[]): Unprocessable {
  return new Unprocessable(problems[0]?.code ?? 'invalid', 'this is not what can be played', problems);
}

/** An event's problem as the whole request's. */
function below(at: string, error: DomainError): DomainError {
  const errors = error.errors?.map((problem) => ({ ...problem, pointer: at + problem.pointer }));
  if (error instanceof BadInput) return new BadInput(error.code, error.message, errors);
  return error instanceof Unprocessable ? new Unprocessable(error.code, error.message, errors) : error;
}
