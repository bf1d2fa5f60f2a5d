import { aContext, aLetterSource, anMjml, rendered } from '../letter.builder.js';
import { compileTemplate } from './compile-template.js';

/** What refuses a source, as its author reads it. */
async function told(source: string): Promise<readonly string[]> {
  const outcome = await compileTemplate(source, 'en');
  return outcome.ok
    ? []
    : outcome.problems
        .filter(({ severity }) => severity === 'error')
        .map(({ code, line, detail }) => `${code} ${line ?? '-'}: ${detail}`);
}

describe('what an author is told', () => {
  it.each([
    [
      'words and what is filled in between elements',
      anMjml('\n<!-- aside\n -->Hello {{event.cartId}} there&nbsp;\n<mj-text>x</mj-text>'),
      [
        'words_lost 3: Hello there stands between MJML elements, where words are dropped: write them into <mj-text>',
        'mustache_lost 3: {{event.cartId}} stands between MJML elements: wrap it in <mj-raw>',
      ],
    ],
    [
      'words in an element that shows none, in the head and behind the end',
      `${anMjml('<mj-image src="https://shop.example/a.png" alt="a">Our coat</mj-image>').replace('<mj-head>', '<mj-head>\nhead')}\nend`,
      ['head', 'Our coat', 'end'].map((words): unknown =>
        expect.stringMatching(`^words_lost [23]: ${words} stands between MJML elements`),
      ),
    ],
    [
      'what Outlook alone would read',
      anMjml('\n<!--[if mso]><p>x</p><![endif]-->'),
      [
        'words_lost 2: <!--[if mso]><p>x</p><![endif]--> stands between MJML elements, where it is dropped: wrap it in <mj-raw>',
      ],
    ],
    [
      'CDATA',
      aLetterSource('\n<![CDATA[a < b]]>'),
      ['words_lost 2: <![CDATA[a < b]]> is CDATA, which no mail program shows: write the words alone, and &lt; for <'],
    ],
    [
      'a second subject',
      anMjml('').replace('</mj-title>', '</mj-title>\n<mj-title>Other</mj-title>'),
      [
        'element_twice 2: a letter has one subject (to choose between two, write {{#if …}} inside <mj-title>): this is a second one',
      ],
    ],
    [
      'a second body',
      anMjml('').replace('</mjml>', '\n<mj-body></mj-body></mjml>'),
      ['element_twice 2: a template has one <mj-body>: this is a second one'],
    ],
    [
      'an element that MJML does not know, behind a subject and a mustache of two lines each',
      anMjml('<mj-text>{{#if\nevent.a}}x{{/if}}</mj-text>\n<mj-foo />', 'a\nb'),
      ["mjml 4: mj-foo: Element mj-foo doesn't exist or is not registered"],
    ],
  ])('of %s', async (_, source, problems) => {
    expect(await told(source)).toEqual(problems);
  });

  it('nothing of white space, comments, declarations and what MJML does show', async () => {
    const shown =
      '<mj-html-attributes><mj-selector path=".a"><mj-html-attribute name="b">c</mj-html-attribute></mj-selector></mj-html-attributes>';
    const source = anMjml(' &nbsp;\n<!-- aside --><mj-button>a</mj-button><mj-raw><p>b</p></mj-raw>').replace(
      '<mj-head>',
      `<mj-head>${shown}<mj-style>/*<![CDATA[*/ a > b {} /*]]>*/</mj-style>`,
    );
    expect(await told(`\uFEFF<?xml version="1.0"?>\n<!doctype mjml>${source}\n`)).toEqual([]);
  });

  it.each([
    ['{{money event.none}}', 'money event.none: the amount is no number'],
    ['{{money event.total event.none}}', 'money event.total event.none: the currency is unknown', 'RUBLES'],
    [
      '{{#each event.items}}{{date (default when event.none)}}{{/each}}',
      'date (default event.items[].when event.none): the',
    ],
    ['{{date event.at event.none}}', 'date event.at event.none: the style is one of', 'loud'],
    ['{{plural event.none one="a"}}', 'plural event.none: the count is no number'],
    ['<a href="{{url event.items}}">x</a>', 'url event.items is a list'],
  ])('of which variable it is that a letter could not use: %s', async (text, message, none: unknown = null) => {
    await expect(rendered(aLetterSource(text), aContext({ data: { none } }))).rejects.toThrow(message);
  });
});
