import type { Arbitration, FrequencyCap, StoreRestraint } from '../domain/restraint.js';
import type { StoreFacts } from '../domain/run.js';
import type { WarmUp } from '../domain/warm-up.js';

/** How a store's letters look. */
export interface Brand {
  readonly name: string;
  readonly logoUrl: string | null;
  /** CSS colours. */
  readonly colors: { readonly primary: string; readonly background: string; readonly text: string };
}

/** UTM parameters; `{scenario}`, `{step}` and `{template}` in a value stand for the letter's own keys. */
export interface Utm {
  readonly source: string;
  readonly medium: string;
  /** null: the scenario's key. */
  readonly campaign: string | null;
  /** null adds no such parameter, as with `term`. */
  readonly content: string | null;
  readonly term: string | null;
}

/** Everything that a store has set, with the defaults filled in. */
export interface StoreSettings extends StoreRestraint {
  readonly name: string;
  /** Its site, http or https: where letters lead that have no address of their own; null for none. */
  readonly url: string | null;
  /** The sender; null means MAIL_FROM. */
  readonly from: { readonly email: string; readonly name: string } | null;
  readonly replyTo: string | null;
  /** Shown in the footer of every letter (required by law for marketing). */
  readonly postalAddress: string | null;
  readonly brand: Brand;
  /** IANA zone. */
  readonly timezone: string;
  /** BCP 47. */
  readonly locale: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Most marketing letters a person gets in stretches of time, over all scenarios; null means no limit. */
  readonly caps: readonly FrequencyCap[] | null;
  /** Local times `HH:MM` between which no marketing or care letter goes out. */
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  /** Shortest pause between two marketing letters to a person, as a duration of the scenario language. */
  readonly minimumGap: string | null;
  /** What becomes of a marketing letter whose place another one took. */
  readonly arbitration: Arbitration;
  readonly doubleOptIn: boolean;
  /** Added to links of the letters; null adds none. */
  readonly utm: Utm | null;
  /** Host name of the links in letters, reached by https; null means PUBLIC_URL. */
  readonly trackingDomain: string | null;
  /** Letters that the provider takes in live: `10/s`, `600/m`, `5000/h`, `20000/d`; null for no limit. */
  readonly sendRate: string | null;
  /** How live letters grow day by day while a sender is new; null for no plan. */
  readonly warmUp: WarmUp | null;
  /** Addresses or domains that live may write to; empty means all. */
  readonly liveRecipients: readonly string[];
}

/** What a store has before it sets anything. */
export function defaultSettings(name: string): StoreSettings {
  return {
    name,
    url: null,
    from: null,
    replyTo: null,
    postalAddress: null,
    brand: { name, logoUrl: null, colors: { primary: '#1f6feb', background: '#f4f5f7', text: '#1f2328' } },
    timezone: 'UTC',
    locale: 'en',
    currency: 'USD',
    caps: null,
    quietHours: null,
    minimumGap: null,
    arbitration: 'defer',
    doubleOptIn: false,
    utm: null,
    trackingDomain: null,
    sendRate: null,
    warmUp: null,
    liveRecipients: [],
  };
}

/** The store as conditions and templates see it. */
export function storeFacts(settings: StoreSettings): StoreFacts {
  const { name, currency, timezone, locale, doubleOptIn } = settings;
  return { name, currency, timezone, locale, doubleOptIn };
}
