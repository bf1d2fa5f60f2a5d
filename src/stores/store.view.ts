import { ApiProperty } from '@nestjs/swagger';
import type { Arbitration } from '../domain/restraint.js';
import type { StoreSettings } from './store-settings.js';

/** Who a store's letters are from. */
export class SenderView {
  /** The address. */
  readonly email!: string;
  /** The name beside it. */
  readonly name!: string;
}

/** Colours of a store's letters, each `#rgb` or `#rrggbb`. */
export class ColorsView {
  /** Of the band on top and of buttons. */
  readonly primary!: string;
  /** Behind the letter. */
  readonly background!: string;
  /** Of the words. */
  readonly text!: string;
}

/** How a store's letters look. */
export class BrandView {
  /** As letters call the store: its own name unless another one was set. */
  readonly name!: string;
  /** Where the picture on top of letters is; null shows the store's name. */
  @ApiProperty({ format: 'uri' })
  readonly logoUrl!: string | null;
  /** Defaults filled in. */
  readonly colors!: ColorsView;
}

/** Most marketing letters a person gets in any stretch of time. */
export class CapView {
  /** So many letters… */
  @ApiProperty({ type: 'integer' })
  readonly max!: number;
  /** …in any stretch of this length, such as `7 days`; a day is 24 hours. */
  readonly per!: string;
}

/** Between which times of day marketing and care wait, in the recipient's zone, else the store's. */
export class QuietHoursView {
  /** `HH:MM`. */
  readonly from!: string;
  /** `HH:MM`; before `from` it is of the next day. */
  readonly to!: string;
}

/** UTM parameters of the links; `{scenario}`, `{step}` and `{template}` in a value stand for the letter's own keys. */
export class UtmView {
  /** Of `utm_source`. */
  readonly source!: string;
  /** Of `utm_medium`. */
  readonly medium!: string;
  /** Of `utm_campaign`; null means the scenario's key. */
  readonly campaign!: string | null;
  /** Of `utm_content`; null adds none. */
  readonly content!: string | null;
  /** Of `utm_term`; null adds none. */
  readonly term!: string | null;
}

/** How a new sender's letters grow: day n of the plan, from 0, allows ⌊firstDay · growthⁿ⌋ of them. */
export class WarmUpView {
  /** First day, `YYYY-MM-DD` in the store's zone. */
  @ApiProperty({ format: 'date' })
  readonly startsOn!: string;
  /** Letters on the first day. */
  @ApiProperty({ type: 'integer' })
  readonly firstDay!: number;
  /** Each day allows so many times the day before. */
  readonly growth!: number;
  /** Length of the plan; behind it nothing is limited. */
  @ApiProperty({ type: 'integer' })
  readonly days!: number;
}

/** A store as the API shows it: all of its settings, defaults filled in. */
export class StoreView implements StoreSettings {
  @ApiProperty({ format: 'uuid', description: 'The store’s id.' })
  readonly id!: string;
  /** What the command line calls it. */
  readonly key!: string;
  /** What people call it. */
  readonly name!: string;
  /** Its site: the top of letters leads there, and a button whose event brings no address; null: neither does. */
  @ApiProperty({ format: 'uri' })
  readonly url!: string | null;
  /** Sender of the letters; null means the server's MAIL_FROM. */
  readonly from!: SenderView | null;
  /** Where answers to letters go; null: to the sender. */
  readonly replyTo!: string | null;
  /** Shown at the foot of every letter; the law wants it in marketing. */
  readonly postalAddress!: string | null;
  readonly brand!: BrandView;
  /** IANA zone: of days in figures, and of people whose own is not known. */
  readonly timezone!: string;
  /** BCP 47: of letters to people whose language is not known. */
  readonly locale!: string;
  /** ISO 4217: in which figures are summed up. */
  readonly currency!: string;
  /** Counted over all scenarios; a letter above one of them is skipped as `frequency_cap`. Null: no limit. */
  @ApiProperty({ type: [CapView] })
  readonly caps!: readonly CapView[] | null;
  /** Null: marketing and care go at any time of day. */
  readonly quietHours!: QuietHoursView | null;
  /** Shortest pause between two marketing letters to a person, such as `1 day` (24 hours); null: none. */
  readonly minimumGap!: string | null;
  /** What becomes of a marketing letter whose place another one took: it waits, ends with its run, or is left out. */
  @ApiProperty({ enum: ['defer', 'drop', 'replace'] })
  readonly arbitration!: Arbitration;
  /** Marketing and care go only to people who confirmed their address. */
  readonly doubleOptIn!: boolean;
  /** Added to the links of letters; null adds none. */
  readonly utm!: UtmView | null;
  /** Host name of pixel, links and pages in letters, reached by https; null means PUBLIC_URL. */
  readonly trackingDomain!: string | null;
  /** Letters that the provider takes in live: `10/s`, `600/m`, `5000/h`, `20000/d`; null: no limit. */
  readonly sendRate!: string | null;
  /** How live letters grow day by day while a sender is new; null: no plan. */
  readonly warmUp!: WarmUpView | null;
  /** The only addresses or domains that live may write to; empty means everyone. */
  @ApiProperty({ type: [String] })
  readonly liveRecipients!: readonly string[];
}
