import type { Draft } from './draft.js';
import { advise } from './draft.js';

/**
 * Gives a template that lacks the unsubscribe link or the postal address a standard footer with what is missing, in the
 * template's language: every letter must show how to stop letters and who sends them. The ways to choose letters and to
 * see this one in a browser come with the unsubscribe link.
 */
export function addFooter(draft: Draft): Draft {
  const lines = [
    ...(/\blinks\.unsubscribe\b/.test(draft.source) ? [] : [linksLine(draft)]),
    ...(/\bstore\.postalAddress\b/.test(draft.source) ? [] : [ADDRESS_LINE]),
  ];
  const end = draft.source.lastIndexOf('</mj-body>');
  if (lines.length === 0 || end < 0) return draft;
  const footer = `<mj-section><mj-column><mj-text align="center" font-size="12px" line-height="18px" color="#6b7280">${lines.join('')}</mj-text></mj-column></mj-section>`;
  return advise({ ...draft, source: draft.source.slice(0, end) + footer + draft.source.slice(end) }, 'info', {
    code: 'footer_added',
    detail: 'the template has no unsubscribe link or no postal address: the standard footer was added',
  });
}

const ADDRESS_LINE =
  '{{#if @root.store.postalAddress}}<div>{{@root.store.name}} · {{@root.store.postalAddress}}</div>{{/if}}';

function linksLine({ locale, source }: Draft): string {
  const words = /^ru\b/i.test(locale) ? RUSSIAN : ENGLISH;
  const links = (['unsubscribe', 'preferences', 'view'] as const)
    .filter((link) => !source.includes(`links.${link}`))
    .map((link) => `<a href="{{@root.links.${link}}}" style="color:#6b7280">${words[link]}</a>`);
  return `<div>${words.why}</div><div>${links.join(' · ')}</div>`;
}

const RUSSIAN = {
  why: 'Вы получили это письмо, потому что оставили свой адрес магазину {{@root.store.name}}.',
  unsubscribe: 'Отписаться',
  preferences: 'Настроить письма',
  view: 'Открыть в браузере',
};
const ENGLISH = {
  why: 'You received this e-mail because you gave your address to {{@root.store.name}}.',
  unsubscribe: 'Unsubscribe',
  preferences: 'Choose your letters',
  view: 'View in browser',
};
