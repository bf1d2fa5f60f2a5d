/** What the buttons of the preference page do. */
export const PREFERENCE_ACTIONS = ['save', 'pause', 'resume', 'unsubscribe', 'subscribe'] as const;
export type PreferenceAction = (typeof PREFERENCE_ACTIONS)[number];

/** What was posted from the preference page. */
export interface PreferenceForm {
  readonly action: PreferenceAction;
  /** Topics that stood on the page; of these alone the missing ones are declined. */
  readonly shown: readonly string[];
  readonly wanted: readonly string[];
  /** A locale such as `ru`; null leaves what is known. */
  readonly language: string | null;
}

const LOCALE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$/;

/** Reads the posted form; null when no button of ours was pressed, so that a stray POST changes nothing. */
export function preferenceForm(posted: URLSearchParams): PreferenceForm | null {
  const action = PREFERENCE_ACTIONS.find((known) => known === posted.get('action'));
  if (!action) return null;
  const language = posted.get('language');
  return {
    action,
    shown: posted.getAll('shown'),
    wanted: posted.getAll('want'),
    language: language !== null && LOCALE.test(language) ? language : null,
  };
}
