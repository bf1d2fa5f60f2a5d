import { aContext, aLetterSource, compiled } from './letter.builder.js';
import { openLetter } from './kept/open-letter.js';
import { packContext } from './packed-context.js';
import type { BatchLetter, ThreadTemplate } from './render-protocol.js';
import { RenderPool } from './render-pool.js';

const letter = (data: object): BatchLetter => ({
  context: packContext(aContext({ data })),
  signed: null,
  linkTags: null,
});
const NOBODYS = { environmentId: '', messageId: '' };
const HARMLESS = { subject: 'S', preheader: '', html: '<b>{{event.cartId}}</b>', text: '{{event.cartId}}', links: [] };

describe('the render pool', () => {
  const pool = new RenderPool(2);
  afterAll(() => pool.close());

  const render = async (template: ThreadTemplate, letters: readonly BatchLetter[]): Promise<readonly string[]> =>
    (await pool.render('store', { template, signing: null, store: null, letters })).map((result) =>
      typeof result === 'string'
        ? `error: ${result}`
        : openLetter(result.kept, { ...NOBODYS, urls: result.answer.urls }, template.compiled).html,
    );

  it('renders a batch in order, and each bad letter fails alone', async () => {
    const template = { id: 'order', locale: 'en', compiled: await compiled(aLetterSource('n={{event.n}};')) };
    const results = await render(template, [letter({ n: 1 }), letter({}), letter({ n: 'три' })]);
    expect(results[0]).toContain('n=1;');
    expect(results[1]).toBe('error: event.n is missing');
    expect(results[2]).toContain('n=три;');
  });

  it('stops loops inside loops inside loops and goes on with the neighbours', async () => {
    const cube = '{{#each event.list}}{{#each @root.event.list}}{{#each @root.event.list}}x{{/each}}{{/each}}{{/each}}';
    const template = { id: 'cube', locale: 'en', compiled: await compiled(aLetterSource(cube)) };
    const results = await render(template, [letter({ list: new Array(400).fill(1) }), letter({ list: [1, 2] })]);
    expect(results[0]).toBe('error: the loops of a letter take at most 10000 turns');
    expect(results[1]).toContain('xxxxxxxx');
  });

  it('lets stores take turns at a thread', async () => {
    const one = new RenderPool(1);
    const done: string[] = [];
    const batch = { template: { id: 'turns', locale: 'en', compiled: HARMLESS }, signing: null, store: null };
    const ask = async (storeId: string, name: string): Promise<void> => {
      await one.render(storeId, { ...batch, letters: [letter({})] });
      done.push(name);
    };
    await Promise.all([ask('large', 'l1'), ask('large', 'l2'), ask('large', 'l3'), ask('small', 's1')]);
    expect(done).toEqual(['l1', 'l2', 's1', 'l3']);
    await one.close();
  });

  it('shows at most 100 items of a list', async () => {
    const template = {
      id: 'long',
      locale: 'en',
      compiled: await compiled(aLetterSource('{{#each event.list}}x{{/each}}')),
    };
    const [html] = await render(template, [letter({ list: new Array(1_000_000).fill(1) })]);
    expect(html).toContain(`>${'x'.repeat(100)}<`);
  });

  /** Prints 2³⁰ words with no data at all. */
  const doubling = Array.from({ length: 30 }, (_, i) => `{{#*inline "p${i + 1}"}}{{> p${i}}}{{> p${i}}}{{/inline}}`);
  const inlined = `{{#*inline "p0"}}word {{/inline}}${doubling.join('')}{{> p30}}`;

  it.each([
    ['inline partials that double thirty times', inlined],
    ['a million mustaches', '{{event.cartId}}'.repeat(1_000_000)],
    ['a nesting of 5,000', '{{#if event.cartId}}'.repeat(5_000) + '{{/if}}'.repeat(5_000)],
  ])(
    'is not hurt by a stored version with %s',
    async (name, html) => {
      const bomb = { id: name, locale: 'en', compiled: { ...HARMLESS, html } };
      const harmless = { id: 'harmless', locale: 'en', compiled: HARMLESS };
      const [bombed, ...others] = await Promise.all([
        render(bomb, [letter({}), letter({})]),
        ...Array.from({ length: 5 }, () => render(harmless, [letter({})])),
      ]);
      expect(bombed).toEqual([expect.stringMatching(/^error: /), expect.stringMatching(/^error: /)]);
      expect(others).toEqual(new Array(5).fill(['<b>81</b>']));
      expect(await render(harmless, [letter({})])).toEqual(['<b>81</b>']);
    },
    60_000,
  );

  it('makes the neighbours of letters that had to be stopped, however many those were', async () => {
    const work = '{{#if (gt @root.event.long 1)}}{{/if}}';
    const html = `{{#if event.bomb}}{{#each event.list}}{{#each @root.event.list}}${work}{{/each}}{{/each}}{{/if}}ok`;
    const template = { id: 'some', locale: 'en', compiled: { ...HARMLESS, html } };
    const bomb = letter({ bomb: true, list: new Array(90).fill(1), long: '1'.repeat(1_000_000) });
    const results = await render(template, [bomb, letter({}), bomb, bomb, letter({}), letter({})]);
    expect(results.map((result) => result.replace(/error: .*/, 'stopped'))).toEqual([
      'stopped',
      'ok',
      'stopped',
      'stopped',
      'ok',
      'ok',
    ]);
  }, 60_000);

  it('says of a damaged stored version that it does not compile', async () => {
    const [result] = await render({ id: 'damaged', locale: 'en', compiled: { ...HARMLESS, html: '{{#if}}' } }, [
      letter({}),
    ]);
    expect(result).toMatch(/^error: the stored template does not compile/);
  });
});
