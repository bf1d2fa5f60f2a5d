import { Circuits } from '../../src/delivery/circuits.js';
import { Claims } from '../../src/delivery/claims.js';
import { ComposeLetters } from '../../src/delivery/compose-letters.js';
import { DeliverBatch } from '../../src/delivery/deliver-batch.js';
import { DeliveryTimes } from '../../src/delivery/delivery-times.js';
import { Dispatch } from '../../src/delivery/dispatch.js';
import { DueWatermark } from '../../src/delivery/due-watermark.js';
import { SqlEngagementReader } from '../../src/delivery/engagement-reader.js';
import { GuardFacts } from '../../src/delivery/guard-facts.js';
import { Clearing } from '../../src/delivery/clearing.js';
import { GuardNews } from '../../src/delivery/guard-news.js';
import { GuardedRuns } from '../../src/delivery/guarded-runs.js';
import { Guard } from '../../src/delivery/guard.js';
import { LetterLinks } from '../../src/templates/letter-links.js';
import { SqlMessageLedger } from '../../src/delivery/message-ledger.js';
import { RestraintFacts } from '../../src/delivery/restraint-facts.js';
import { Restraint } from '../../src/delivery/restraint.js';
import { LaterWake } from '../../src/delivery/later-wake.js';
import { RateChanges } from '../../src/delivery/rate-changes.js';
import { SqlProviderStates } from '../../src/delivery/provider-states.js';
import { SendBudgets } from '../../src/delivery/send-budgets.js';
import { Settle } from '../../src/delivery/settle.js';
import { Sweeper } from '../../src/delivery/sweeper.js';
import { Transport, type Mail, type SendResult } from '../../src/delivery/transports/transport.js';
import { type Transports, wayOut } from '../../src/delivery/transports/transports.js';
import { FactLoader } from '../../src/enrollments/fact-loader.js';
import { DueMark } from '../../src/enrollments/marks.js';
import { RunMover } from '../../src/enrollments/run-mover.js';
import { RunReader } from '../../src/enrollments/run-reader.js';
import { RunWriter } from '../../src/enrollments/run-writer.js';
import { ProcessClock } from '../../src/platform/clock/clock.js';
import type { Env } from '../../src/platform/config/env.js';
import type { EngineDatabase } from '../../src/platform/database/engine-database.js';
import type { Sql } from '../../src/platform/database/sql.js';
import { BLIND_KEYS } from './blind-keys.js';
import { newId } from '../../src/platform/ids.js';
import type { StageWaker } from '../../src/platform/queue/stages.js';
import { Secrets } from '../../src/platform/secrets.js';
import { ScenarioRegistry } from '../../src/scenarios/scenario-registry.js';
import { StoresService } from '../../src/stores/stores.service.js';
import type { RenderRequest, RenderResult } from '../../src/templates/render-request.js';
import type { TemplateCatalog } from '../../src/templates/template-catalog.js';
import type { TemplateRenderer } from '../../src/templates/template-renderer.js';
import { HitsOnDisk } from '../../src/tracking/hits-on-disk.js';

/** Answers as it is told, and remembers every letter that it was handed. */
export class ScriptedTransport extends Transport {
  readonly name = 'scripted';
  readonly deadlineMs = 1_000;
  readonly sent: Mail[] = [];
  /** What the next letters are answered; an empty script accepts. A function may wait before it answers. */
  script: ((mail: Mail) => SendResult | Promise<SendResult>)[] = [];

  constructor(
    readonly slots = 10,
    override readonly isLedger = false,
  ) {
    super();
  }

  private refusal: SendResult | null = null;

  /** Answers this to every letter until the end. */
  refuse(result: SendResult): { end(): void } {
    this.refusal = result;
    return { end: () => (this.refusal = null) };
  }

  async send(mail: Mail): Promise<SendResult> {
    this.sent.push(mail);
    if (this.refusal) return this.refusal;
    const answer = this.script.shift();
    return answer ? answer(mail) : { kind: 'accepted', status: 250, providerMessageId: `p-${mail.messageId}` };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** One worker's delivery, with the real runs behind it, a renderer that needs no thread and a transport that obeys. */
export function aWorker<T extends Transport = ScriptedTransport>(
  db: EngineDatabase,
  {
    transport = new ScriptedTransport() as Transport as T,
    times = new DeliveryTimes(),
    env = {},
    id = newId(),
    clock = new ProcessClock(),
    waker = { wake: () => undefined },
    part = () => db,
    rendered = () => undefined,
  }: WorkerOptions<T> = {},
) {
  const settings = { PORT: 3000, MAIL_FROM: 'Shop <shop@shop.example>', LIVE_RECIPIENTS: [], ...env } as unknown as Env;
  const watermark = new DueWatermark(clock);
  const ledger = new SqlMessageLedger(watermark);
  const stores = new StoresService();
  const registry = new ScenarioRegistry();
  const facts = new FactLoader(stores, new SqlEngagementReader(new HitsOnDisk()), BLIND_KEYS);
  const dueMark = new DueMark(clock);
  const reader = new RunReader(registry);
  const writer = new RunWriter(ledger, dueMark, waker);
  const mover = new RunMover(reader, ledger, writer);
  const links = new LetterLinks(new Secrets('a secret of at least thirty-two characters'), settings);
  const renderer = {
    render(requests: readonly RenderRequest[]) {
      const results = requests.map(renderPlain);
      rendered();
      return Promise.resolve(results);
    },
  };
  const composer = new ComposeLetters(
    part('compose'),
    stores,
    registry,
    publishedTemplates,
    renderer as unknown as TemplateRenderer,
    links,
    BLIND_KEYS,
  );
  const settle = new Settle(part('settle'), mover, waker, times);
  const out = wayOut(transport);
  const transports = { of: () => out } as unknown as Transports;
  const circuits = new Circuits(clock, times, new SqlProviderStates(db, transports));
  const budgets = new SendBudgets(part('budget'), stores, transports, new LaterWake(clock, waker));
  const restraint = new Restraint(new RestraintFacts());
  const guardFacts = new GuardFacts(facts, settings);
  const guardDb = part('guard');
  const clearing = new Clearing({ id }, settings, times, clock);
  const news = new GuardNews(watermark, waker);
  const guard = new Guard(guardDb, guardFacts, restraint, clearing, new GuardedRuns(mover), news, ledger);
  const dispatch = new Dispatch(guard, transports, circuits, settle, times, clock);
  const claims = new Claims(part('claim'), { id }, times, watermark);
  return {
    id,
    transport,
    ledger,
    mover,
    claims,
    budgets,
    composer,
    guard,
    settle,
    batch: new DeliverBatch(claims, composer, dispatch, circuits, budgets, settings),
    sweeper: new Sweeper(part('sweep'), settle, new RateChanges(db, transports, times), times, watermark, waker),
    /** What the enrollments stage of the same worker is made of. */
    engine: { clock, registry, reader, facts, writer, dueMark },
  };
}

/** What of a worker's delivery asks the database. */
export type DeliveryPart = 'claim' | 'budget' | 'compose' | 'guard' | 'settle' | 'sweep';

export interface WorkerOptions<T extends Transport = ScriptedTransport> {
  readonly transport?: T;
  readonly times?: DeliveryTimes;
  readonly env?: Partial<Env>;
  readonly id?: string;
  readonly clock?: ProcessClock;
  readonly waker?: StageWaker;
  /** The way to the database of one part, for tests that break it. */
  readonly part?: (name: DeliveryPart) => EngineDatabase;
  /** Called when a batch has been rendered. */
  readonly rendered?: () => void;
}

const publishedTemplates = {
  publishedVersions: (_: Sql, refs: readonly unknown[]) =>
    Promise.resolve(refs.map(() => ({ version: 1, locales: ['en'] }))),
} as unknown as TemplateCatalog;

function renderPlain({ context, templateKey }: RenderRequest): RenderResult {
  if (templateKey.endsWith('/broken'))
    return { ok: false, code: 'template_error', detail: 'en: event.nothing is missing' };
  const about = JSON.stringify(context.event['data']);
  return {
    ok: true,
    subject: `About ${about}`,
    preheader: '',
    parts: () => ({ html: Buffer.from(`<p>${about}</p>`), text: Buffer.from(about) }),
    links: [],
    refusedLinks: templateKey.endsWith('/odd-link') ? [{ what: 'link 0', address: 'javascript:alert(1)' }] : [],
  };
}
