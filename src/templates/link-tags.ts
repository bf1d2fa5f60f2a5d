/** UTM parameters as a store sets them; `{scenario}`, `{step}` and `{template}` in a value stand for the letter's own keys. */
export interface UtmTags {
  readonly source: string;
  readonly medium: string;
  /** null: the scenario's key. */
  readonly campaign: string | null;
  readonly content: string | null;
  readonly term: string | null;
}

/** What a letter is part of. */
export interface LetterPlace {
  readonly scenario: string;
  readonly step: string;
  /** `folder/name`. */
  readonly template: string;
}

const DEFAULT_CAMPAIGN = '{scenario}';

/** The parameters for the links of a letter, encoded and joined by `&`; null where the store adds none. */
export function linkTags(utm: UtmTags | null, place: LetterPlace): string | null {
  if (utm === null) return null;
  const values = {
    utm_source: utm.source,
    utm_medium: utm.medium,
    utm_campaign: utm.campaign ?? DEFAULT_CAMPAIGN,
    utm_content: utm.content,
    utm_term: utm.term,
  };
  return Object.entries(values)
    .flatMap(([name, value]) => (value === null ? [] : `${name}=${encodeURIComponent(filledIn(value, place))}`))
    .join('&');
}

/** Where nobody sends, a template's folder stands for its scenario and its name for the step, as in the presets. */
export function placeOfTemplate(template: string): LetterPlace {
  const [scenario = '', step = ''] = template.split('/');
  return { scenario, step, template };
}

function filledIn(value: string, place: LetterPlace): string {
  return value.replace(/\{(scenario|step|template)\}/g, (_, name: keyof LetterPlace) => place[name]);
}
