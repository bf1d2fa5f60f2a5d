import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsObject,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { AsPosted } from '../platform/http/as-posted.js';
import { IsAddress, IsId, IsLanguage, IsTimezone } from './contact-rules.js';

/** Consent to marketing mail, or its withdrawal, as evidence. */
export class ConsentDto {
  /**
   * True gives consent, false takes it back; the newest by the event's time counts. Send it when the person says so, and leave it
   * out of other events: repeated after they unsubscribed it is a new consent.
   */
  @IsBoolean()
  marketing: boolean;

  /** Where the person said so: "checkout checkbox". Default `api`. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  source?: string | null;
}

/** What is known of a person. An absent field leaves what is known, null clears it (in a PUT both clear). */
export class ContactDto {
  /** One plain address; kept as written, its domain in small letters, and found regardless of case. */
  @IsOptional()
  @IsAddress()
  email?: string | null;

  /** The store's own id of the person. */
  @IsOptional()
  @IsId()
  externalId?: string | number | null;

  /** Given name, as letters greet by it. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  firstName?: string | null;

  /** Family name. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  lastName?: string | null;

  /** Kept as it is written. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  phone?: string | null;

  /** Language of the letters: `ru`, `pt-BR`. */
  @IsOptional()
  @IsLanguage()
  locale?: string | null;

  /** IANA zone in which waits and windows are counted. */
  @IsOptional()
  @IsTimezone()
  timezone?: string | null;

  /** Replaces the tags that are known; at most 100. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  tags?: string[] | null;

  /** The store's own fields; merged key by key, a null value clears its key. */
  @IsOptional()
  @IsObject()
  @AsPosted()
  attributes?: Record<string, unknown> | null;

  /** What the person said of marketing mail; absent says nothing of it. */
  @IsOptional()
  @IsObject({ message: 'consent must be an object: { "marketing": true or false, "source": "…" }' })
  @ValidateNested()
  @Type(() => ConsentDto)
  consent?: ConsentDto | null;
}
