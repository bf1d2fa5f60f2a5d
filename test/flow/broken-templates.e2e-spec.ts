import { type FlowApp, startApp } from '../support/app.js';
import { Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const PEOPLE = 5;
const mjml = (body: string, head = '') =>
  `<mjml><mj-head><mj-title>Hello</mj-title>${head}</mj-head><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;
const text = (inner: string) => mjml(`<mj-text>${inner}</mj-text>`);
const doubling = Array.from({ length: 30 }, (_, i) => `{{#*inline "p${i + 1}"}}{{> p${i}}}{{> p${i}}}{{/inline}}`);
const cube =
  '{{#each event.things}}{{#each @root.event.things}}{{#each @root.event.things}}x{{/each}}{{/each}}{{/each}}';

interface Refusal {
  readonly code: string;
  readonly errors: readonly { readonly code: string; readonly pointer: string }[];
}

/** Sources and the problem with which they are refused, at the latest when they are published. */
const REFUSED: readonly (readonly [name: string, source: string, code: string])[] = [
  ['half a million mustaches in a megabyte', text('{{a}}'.repeat(200_000)), 'too_many_mustaches'],
  ['a nesting of 5,000', text('{{#if event.a}}'.repeat(950) + '{{/if}}'.repeat(950)), 'too_deep'],
  [
    'inline partials that double thirty times',
    text(`{{#*inline "p0"}}x{{/inline}}${doubling.join('')}{{> p30}}`),
    'partial',
  ],
  ['a partial that is not there', text('{{> nobody}}'), 'partial'],
  ['an included file', mjml('<mj-include path="/etc/passwd" />'), 'include'],
  ['a script', mjml('<mj-raw><script>alert(1)</script></mj-raw>'), 'forbidden_tag'],
  [
    'a style that ends itself',
    mjml('<mj-text>x</mj-text>', '<mj-style>a{}</style><script>1</script></mj-style>'),
    'markup_in_style',
  ],
  ['an element that is not closed', mjml('<mj-text>x'), 'unclosed'],
  ['a block that is not closed', text('{{#if event.a}}x'), 'handlebars'],
];

/** What a row of the database could hold, whoever wrote it there. */
const STORED: Readonly<Record<string, string>> = {
  'syntax-error': '<p>{{#if}}',
  'missing-variable': '<p>{{tmVar event.nothing "event.nothing" true}}</p>',
  'missing-partial': '<p>{{> nobody}}</p>',
  'throwing-helper': '<p>{{money "a lot"}}</p>',
  'unknown-helper': '<p>{{explode event.a}}</p>',
  mustaches: '{{event.a}}'.repeat(1_000_000),
  nesting: '{{#if event.a}}'.repeat(5_000) + '{{/if}}'.repeat(5_000),
  doubling: `{{#*inline "p0"}}word {{/inline}}${doubling.join('')}{{> p30}}`,
  loops: cube,
};

const chain = (key: string) => ({
  key,
  name: key,
  messageClass: 'service',
  trigger: { type: 'event', event: 'user.registered' },
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'letter', type: 'email', template: `${key}/letter` },
  ],
});

describe('a template that would hurt', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
  });
  afterAll(() => app.close());

  const published = async (key: string) => {
    const locales = { en: text('Hello {{event.id}}') };
    await shop.must('POST', '/v1/templates', { key: `${key}/letter`, name: key, locales });
    await shop.must('POST', `/v1/templates/${key}/letter/publish`, {});
    await shop.must('POST', '/v1/scenarios', chain(key));
    await shop.must('POST', `/v1/scenarios/${key}/publish`, {});
  };

  it.each(REFUSED)('by %s is refused with its place, and the next one is taken', async (name, source, code) => {
    const key = `refused-${REFUSED.findIndex(([one]) => one === name)}/letter`;
    const saved = await shop.call<Refusal>('POST', '/v1/templates', { key, name, locales: { en: source } });
    const answer = saved.status === 201 ? await shop.call<Refusal>('POST', `/v1/templates/${key}/publish`, {}) : saved;
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ code, pointer: '/locales/en' }));
    const next = await shop.call<{ problems: { severity: string }[] }>(
      'POST',
      `/v1/templates/${key.replace('refused', 'taken')}/preview`,
      {
        source: text('x'),
      },
    );
    expect(next.body.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('of more than a megabyte is refused before it is read', async () => {
    const locales = { en: text('x'.repeat(2 * 1024 * 1024)) };
    const answer = await shop.call('POST', '/v1/templates', { key: 'large/letter', name: 'large', locales });
    expect([413, 422]).toContain(answer.status);
  });

  it('fails its own letters by name, while its neighbours’ go out in the same batch', async () => {
    await published('good-first');
    for (const [key, html] of Object.entries(STORED)) {
      await published(key);
      await app.engine.query(
        `UPDATE template_versions SET compiled = jsonb_set(compiled, '{locales,en,html}', to_jsonb($2::text))
         WHERE template_key = $1`,
        [`${key}/letter`, html],
      );
    }
    await published('good-last');
    const list = new Array(400).fill(1);
    for (let i = 0; i < PEOPLE; i++)
      await shop.event({
        type: 'user.registered',
        occurredAt: NOON,
        contact: { email: `reader-${i}@example.com` },
        data: { a: 'x', things: list },
      });
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 2 * PEOPLE });
    const messages = await shop.messages();
    const fates = [...new Set(messages.map(({ scenario, state, reason }) => `${scenario} ${state} ${reason}`))].sort();
    expect(fates).toEqual(
      [
        ...['good-first', 'good-last'].map((key) => `${key} accepted null`),
        ...Object.keys(STORED).map((key) => `${key} failed template_error`),
      ].sort(),
    );
    const why = {
      state: 'failed',
      reason: 'template_error',
      detail: 'money "a lot": the amount is no number (locale en)',
    };
    expect(messages.find(({ scenario }) => scenario === 'throwing-helper')).toMatchObject(why);
    const path = '/v1/contacts/reader-0@example.com';
    expect(await shop.must('GET', `${path}/explain?scenario=throwing-helper`)).toMatchObject({
      run: { messages: [why] },
    });
    const { items } = await shop.must<{ items: object[] }>('GET', `${path}/timeline?limit=200`);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'message', scenario: 'throwing-helper', ...why }));
    expect((await shop.call('GET', '/health/ready')).status).toBe(200);
  });

  it('shows at most a hundred of a million items', async () => {
    await shop.must('POST', '/v1/templates', {
      key: 'long/letter',
      name: 'long',
      locales: { en: text('{{#each event.things}}<b>i</b>{{/each}}') },
      sample: { event: { things: new Array(2_000).fill(1) } },
    });
    const { html } = await shop.must<{ html: string }>('POST', '/v1/templates/long/letter/preview', {});
    expect(html.match(/<b>i<\/b>/g)).toHaveLength(100);
  });
});
