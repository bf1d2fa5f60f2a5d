import type { SuppressionReason } from '../../contacts/suppressions.js';
import type { DeclinableClass, Topic } from '../../domain/preferences.js';
import { blockText } from '../block-texts.js';
import { escapeHtml, frameOf, type PageLocale } from '../page.js';
import type { PreferenceAction } from './preference-form.js';
import { preferenceTexts, type PreferenceTexts } from './preference-texts.js';
import type { TopicGroup } from './topics.js';

/** What the preference page shows of a person. */
export interface PreferenceView {
  readonly shop: string;
  /** Why nothing is sent to the person's address, whatever they choose; null when it may be written to. */
  readonly block: SuppressionReason | null;
  readonly isSubscribed: boolean;
  readonly groups: readonly TopicGroup[];
  readonly declined: readonly string[];
  /** The pause that goes on now; null when there is none. */
  readonly pausedUntil: Date | null;
  /** IANA zone in which days are told. */
  readonly timezone: string;
  /** Locale of the person's letters: their own if it is known, else the store's. */
  readonly language: string;
  /** Locale of the store's letters to people whose own is not known. */
  readonly storeLanguage: string;
}

const CLASSES: readonly DeclinableClass[] = ['marketing', 'care'];
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  Object.entries({ en: 'English', ru: 'Русский' } satisfies Record<PageLocale, string>),
);

/** The page's HTML; `done` is the button that was pressed and did its work. */
export function preferenceHtml(view: PreferenceView, locale: PageLocale, done: PreferenceAction | null): string {
  const texts = preferenceTexts(locale);
  const title = texts.title(view.shop);
  const block = blockText(view, locale);
  const notes = [
    done === null ? '' : `<p class="said" role="status">${escapeHtml(doneText(done, view, texts))}</p>`,
    block === null ? '' : `<p class="blocked">${escapeHtml(`${block} ${texts.keptForLater}`)}</p>`,
  ];
  const parts = view.isSubscribed ? wishes(view, locale, texts) : wayBack(view, locale, texts);
  const main = `<h1>${escapeHtml(title)}</h1>${[...notes, ...parts].join('')}`;
  return frameOf(locale, title, `<main class="long">${main}</main>`);
}

/** Nobody is told that they are subscribed whose address is blocked or has to be confirmed first. */
function doneText(done: PreferenceAction, { block, isSubscribed }: PreferenceView, texts: PreferenceTexts): string {
  const comesTrue = block === null && isSubscribed;
  return done === 'subscribe' && !comesTrue ? texts.consentKept : texts.done[done];
}

/** A blocked person has nothing to pause. */
function wishes(view: PreferenceView, locale: PageLocale, texts: PreferenceTexts): readonly string[] {
  return [
    form(topics(view, texts) + language(view, locale, texts) + button('save', texts.save)),
    view.block === null ? pause(view, locale, texts) : '',
    stop(texts),
  ];
}

function wayBack(view: PreferenceView, locale: PageLocale, texts: PreferenceTexts): readonly string[] {
  return [
    view.block === null ? `<p>${escapeHtml(texts.stopped)}</p>` : '',
    form(button('subscribe', texts.subscribe)),
    `<section>${form(language(view, locale, texts) + button('save', texts.save, 'second'))}</section>`,
  ];
}

/** Every topic that this page lets choose. */
export function topicsOf(groups: readonly TopicGroup[]): readonly Topic[] {
  return [...classesOf(groups).map((one): Topic => `class:${one}`), ...groups.map(({ topic }) => topic)];
}

/** Care is offered only where the store has letters of it. */
function classesOf(groups: readonly TopicGroup[]): readonly DeclinableClass[] {
  return CLASSES.filter((one) => one === 'marketing' || groups.some(({ messageClass }) => messageClass === one));
}

function topics({ groups, declined, block }: PreferenceView, texts: PreferenceTexts): string {
  const boxes = classesOf(groups).flatMap((one) => [
    box({ topic: `class:${one}`, label: texts.classes[one], isWanted: !declined.includes(`class:${one}`) }),
    ...groups
      .filter(({ messageClass }) => messageClass === one)
      .map(({ topic, label }) => box({ topic, label, isWanted: !declined.includes(topic), isPart: true })),
  ]);
  return (
    `<fieldset><legend>${escapeHtml(texts.topics)}</legend>${boxes.join('')}</fieldset>` +
    (block === null ? `<p class="quiet">${escapeHtml(texts.alwaysSent)}</p>` : '')
  );
}

function box(choice: { topic: Topic; label: string; isWanted: boolean; isPart?: boolean }): string {
  const value = escapeHtml(choice.topic);
  return (
    `<label${choice.isPart ? ' class="part"' : ''}><input type="hidden" name="shown" value="${value}">` +
    `<input type="checkbox" name="want" value="${value}"${choice.isWanted ? ' checked' : ''}>` +
    `<span>${escapeHtml(choice.label)}</span></label>`
  );
}

function language(view: PreferenceView, locale: PageLocale, texts: PreferenceTexts): string {
  const current = optionOf(view.language);
  const offered = new Set([...LANGUAGES.keys(), optionOf(view.storeLanguage), current]);
  const options = [...offered].map((code) => {
    const selected = code === current ? ' selected' : '';
    return `<option value="${escapeHtml(code)}"${selected}>${escapeHtml(nameOf(code, locale))}</option>`;
  });
  return (
    `<input type="hidden" name="shown-language" value="${escapeHtml(current)}">` +
    `<label class="field">${escapeHtml(texts.language)}<select name="language">${options.join('')}</select></label>`
  );
}

/** The option that stands for a locale: English and Russian whatever their region, any other one as it is. */
function optionOf(locale: string): string {
  const base = locale.toLowerCase().split(/[-_]/)[0]!;
  return LANGUAGES.has(base) ? base : locale;
}

function nameOf(language: string, locale: PageLocale): string {
  const own = LANGUAGES.get(language);
  if (own !== undefined) return own;
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(language.replaceAll('_', '-')) ?? language;
  } catch {
    return language; // RangeError: a store's own spelling that Intl does not read
  }
}

function pause({ pausedUntil, timezone }: PreferenceView, locale: PageLocale, texts: PreferenceTexts): string {
  if (pausedUntil === null) return section(texts.pauseTitle, texts.pauseText, button('pause', texts.pause, 'second'));
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: timezone }).format(pausedUntil);
  return section(
    texts.pausedTitle(day.replace(/\sг\.$/, '')),
    texts.pausedText,
    button('resume', texts.resume, 'second'),
  );
}

function stop(texts: PreferenceTexts): string {
  return section(texts.stopTitle, texts.stopText, button('unsubscribe', texts.stop, 'second'));
}

function section(title: string, text: string, control: string): string {
  return `<section><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p>${form(control)}</section>`;
}

function form(controls: string): string {
  return `<form method="post">${controls}</form>`;
}

function button(action: PreferenceAction, words: string, kind = 'first'): string {
  return `<button type="submit" name="action" value="${action}" class="${kind}">${escapeHtml(words)}</button>`;
}
