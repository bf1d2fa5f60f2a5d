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
      'a preheader that fills no inbox’s line',
      anMjml('').replace('<mj-preview>', `<mj-preview>${'x'.repeat(64 * 1024)}`),
      ['too_large -: subject and preheader have at most 65536 characters'],
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

  it('of what no mail program runs, each by its name', async () => {
    const tags = ['applet', 'base', 'embed', 'form', 'frame', 'frameset', 'iframe', 'object', 'script'];
    const source = aLetterSource(`${tags.map((tag) => `<${tag}></${tag}>`).join('')}<b onmouseover="x()">x</b>`);
    expect([...(await told(source))].sort()).toEqual([
      'forbidden_attribute -: onmouseover is not allowed in a letter',
      ...tags.map((tag) => `forbidden_tag -: <${tag}> is not allowed in a letter`),
    ]);
  });

  it('of a mustache that names a tag', async () => {
    expect(await told(aLetterSource('<{{event.tag}}>x'))).toEqual(['mustache_in_tag -: a mustache cannot name a tag']);
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
    [
      '{{#each event.items as |one|}}{{#with contact as |one|}}{{money one.email}}{{/with}}{{/each}}',
      'money contact.email: the amount is no number',
    ],
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

  it.each([
    ['{{event..x}}', '"event" is a variable and no helper: it is followed by a dot too many'],
    ['{{event.first name}}', 'a name with a space is written in brackets, event.[first name]'],
    ['{{event.x ? "a" : "b"}}', 'to choose between two, write {{#if …}}…{{else}}…{{/if}}'],
    [
      '{{#event.items}}a{{/event.items}}',
      'write {{#each event.items}}, {{#if event.items}} or {{else if event.items}}',
    ],
    ['{{#if event.a}}a{{elseif event.b}}b{{/if}}', 'there is no helper "elseif": write {{else if …}}'],
    ['{{#If event.a}}a{{/If}}', 'there is no helper "If": write if'],
    [
      '{{event[items]}}',
      'a dot stands before a bracket and no quotes in it, event.items.[0].title, event.[first name]',
    ],
    ["{{event['x']}}", 'a dot stands before a bracket and no quotes in it'],
    ['{{event.items.0}}', 'a number at the end of a name stands in brackets, event.items.[0]'],
    ['{{event.total | money}}', 'there are no filters; a helper stands before what it takes, {{money event.total}}'],
    ['{{money(event.total)}}', 'a space stands behind a helper, {{money event.total}}'],
    ['{{event.total + 1}}', 'a template does not calculate'],
    ['{{#if event.a}}a{{ /if}}', 'no space stands between {{ and #, / or ^'],
    ['{{ }}', '{{ }} cannot be read: it is empty'],
    ['{{default event.x “friend”}}', 'quotes are straight here, "friend"'],
    ['{{money event.total RUB}}', 'words stand in quotes, "RUB"'],
    ['{{#if eq event.a 1}}a{{/if}}', 'a helper inside another mustache stands in parentheses, (eq …)'],
    ['{{#each event.items as item}}a{{/each}}', 'names of a loop stand between bars, as |item|'],
    ['{{#each event.items}}{{title}}{{else}}{{title}}{{/each}}', 'there is no "title"'],
    ['{{"words"}}', 'a mustache around words prints nothing: write the words alone'],
    ['{{date event.at "DD.MM"}}', '"date" knows no style "DD.MM": it takes short, long, time, datetime'],
    ['{{money event.total currency="rubles"}}', '"money" takes a currency\'s three letters, and not "rubles"'],
    ['{{plural event.n}}', '"plural" needs forms of the word, one="…" and so on'],
  ])('what to write instead of %s', async (text, detail) => {
    expect((await told(aLetterSource(`\n${text}`))).find((problem) => problem.includes(detail))).toMatch(/^\w+ 2: /);
  });
});
