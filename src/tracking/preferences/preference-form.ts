/** What the buttons of the preference page do. */
export const PREFERENCE_ACTIONS = ['save', 'pause', 'resume', 'unsubscribe', 'subscribe'] as const;
export type PreferenceAction = (typeof PREFERENCE_ACTIONS)[number];

/** What was posted from the preference page. */
export interface PreferenceForm {
  readonly action: PreferenceAction;
  /** Topics that stood on the page; of these alone the missing ones are declined. */
  readonly shown: readonly string[];
  readonly wanted: readonly string[];
  /** The locale that was chosen, such as `ru`; null when the one that the page showed was left as it was. */
  readonly language: string | null;
}

const LOCALE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$/;

/** Reads the posted form; null when no button of ours was pressed, so that a stray POST changes nothing. */
export function preferenceForm(posted: URLSearchParams): PreferenceForm | null {
  const action = PREFERENCE_ACTIONS.find((known) => known === posted.get('action'));
  if (!action) return null;
  return {
    action,
    shown: posted.getAll('shown'),
    wanted: posted.getAll('want'),
    language: chosenLanguage(posted.get('language'), posted.get('shown-language')),
  };
}

/** A page always posts a language: it is a choice only where it differs from what stood there, and an older page does not say. */
function chosenLanguage(language: string | null, shown: string | null): string | null {
  return language !== null && shown !== null && language !== shown && LOCALE.test(language) ? language : null;
}
