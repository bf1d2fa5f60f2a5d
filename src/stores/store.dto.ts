import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { AbsentOr } from '../platform/http/absent-or.js';
import { BrandDto, SenderDto } from './brand.dto.js';
import { UtmDto, WarmUpDto } from './sending.dto.js';
import {
  IsAddress,
  IsCurrency,
  IsHostName,
  IsHttpUrl,
  IsLocale,
  IsRecipient,
  IsSendRate,
  IsSpan,
  IsTimeOfDay,
  IsZone,
} from './settings-rules.js';

class CapDto {
  /** Most marketing letters a person gets… */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly max!: number;

  /**
   * …in any stretch of this length. A day is 24 hours; up to a year, without months.
   * @example "7 days"
   */
  @IsSpan()
  readonly per!: string;
}

class QuietHoursDto {
  /**
   * `HH:MM` in the recipient's zone, else the store's. Marketing and care wait until `to`, also over midnight.
   * @example "21:30"
   */
  @IsTimeOfDay()
  readonly from!: string;

  /**
   * `HH:MM`; before `from` it is of the next day.
   * @example "08:00"
   */
  @IsTimeOfDay()
  readonly to!: string;
}

/** Settings to change: an absent field stays as it is, `null` clears one that may be empty. */
export class PatchStoreDto {
  /** What people call the store. */
  @AbsentOr()
  @IsString()
  @Length(1, 200)
  readonly name?: string;

  /**
   * The store's site, http or https: the top of letters leads there, and a button whose event brings no address.
   * @example "https://shop.example"
   */
  @IsOptional()
  @IsHttpUrl()
  readonly url?: string | null;

  /** Sender of the letters; null means the server's MAIL_FROM. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SenderDto)
  readonly from?: SenderDto | null;

  /** Where answers to letters go; null: to the sender. */
  @IsOptional()
  @IsAddress()
  readonly replyTo?: string | null;

  /**
   * Shown at the foot of every letter.
   * @example "1 High Street, Exampleton"
   */
  @IsOptional()
  @IsString()
  @Length(1, 500)
  readonly postalAddress?: string | null;

  /** How letters look; what is absent stays as it is. */
  @AbsentOr()
  @IsObject()
  @ValidateNested()
  @Type(() => BrandDto)
  readonly brand?: BrandDto;

  /**
   * IANA zone: of days in figures, and of people whose own is not known.
   * @example "Europe/Berlin"
   */
  @AbsentOr()
  @IsZone()
  readonly timezone?: string;

  /**
   * BCP 47: of letters to people whose language is not known.
   * @example "en"
   */
  @AbsentOr()
  @IsLocale()
  readonly locale?: string;

  /**
   * ISO 4217: in which figures are summed up.
   * @example "EUR"
   */
  @AbsentOr()
  @IsCurrency()
  readonly currency?: string;

  /** Counted over all scenarios; a letter above one of them is skipped as `frequency_cap`. Care and service are free. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  // ValidateNested alone looks into a list in the list and takes what it finds there for the caps.
  @IsObject({ each: true })
  @ValidateNested({ each: true, message: 'must be an object' })
  @Type(() => CapDto)
  readonly caps?: CapDto[] | null;

  /** Between which times of day marketing and care wait; null: they never do. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  readonly quietHours?: QuietHoursDto | null;

  /** Shortest pause between two marketing letters to a person: "1 day" (24 hours); a letter waits for its end. */
  @IsOptional()
  @IsSpan()
  readonly minimumGap?: string | null;

  /**
   * What becomes of a marketing letter whose place another one took, the one that brings more orders or has waited longer:
   * it waits (`defer`), it is skipped and its run ends (`drop`), or it is skipped and its run goes on (`replace`). Told as
   * `lost_to:` with the other's scenario.
   */
  @AbsentOr()
  @IsIn(['defer', 'drop', 'replace'])
  readonly arbitration?: 'defer' | 'drop' | 'replace';

  /**
   * Marketing and care go only to people who confirmed their address. Setting it publishes the scenario
   * `confirm-subscription`, which asks them, live and in the sandbox, unless it runs there.
   */
  @AbsentOr()
  @IsBoolean()
  readonly doubleOptIn?: boolean;

  /**
   * Parameters for every http(s) link of a letter, and of its preview; one that a link has already stays as it is. Pages of
   * the letter itself (unsubscribe, preferences, view) get none.
   */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => UtmDto)
  readonly utm?: UtmDto | null;

  /**
   * A host name of the store's own for pixel, links and pages in its letters, in small letters and without a port. It must lead
   * to this service by https (docs/operations.md); null means PUBLIC_URL.
   */
  @IsOptional()
  @IsHostName()
  readonly trackingDomain?: string | null;

  /**
   * Letters that the store's provider takes in live, over all processes: `10/s`, `600/m`, `5000/h`, `20000/d`. Others wait, as
   * `provider_rate`, service mail least. At most a second's letters and a fifth of them more leave at once.
   */
  @IsOptional()
  @IsSendRate()
  readonly sendRate?: string | null;

  /**
   * While a sender is new: how many letters leave on each day. Marketing and care beyond it wait for the next day as `warm_up`;
   * service mail counts and never waits for it.
   */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => WarmUpDto)
  readonly warmUp?: WarmUpDto | null;

  /** Addresses or domains that live may write to; empty means everyone. */
  @AbsentOr()
  @IsArray()
  @ArrayMaxSize(100)
  @IsRecipient()
  readonly liveRecipients?: string[];
}
