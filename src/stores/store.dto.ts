import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
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
import {
  IsAddress,
  IsColor,
  IsCurrency,
  IsDuration,
  IsHttpUrl,
  IsLocale,
  IsRecipient,
  IsTimeOfDay,
  IsZone,
} from './settings-rules.js';

class SenderDto {
  @IsAddress()
  readonly email!: string;

  @IsString()
  @Length(1, 200)
  readonly name!: string;
}

class ColorsDto {
  @AbsentOr()
  @IsColor()
  readonly primary?: string;

  @AbsentOr()
  @IsColor()
  readonly background?: string;

  @AbsentOr()
  @IsColor()
  readonly text?: string;
}

class BrandDto {
  @AbsentOr()
  @IsString()
  @Length(1, 200)
  readonly name?: string;

  @IsOptional()
  @IsHttpUrl()
  readonly logoUrl?: string | null;

  @AbsentOr()
  @IsObject()
  @ValidateNested()
  @Type(() => ColorsDto)
  readonly colors?: ColorsDto;
}

class CapsDto {
  /** Marketing letters a person… */
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly letters!: number;

  /** …in so many days. */
  @IsInt()
  @Min(1)
  @Max(365)
  readonly days!: number;
}

class QuietHoursDto {
  /** `HH:MM` in the recipient's zone, else the store's. */
  @IsTimeOfDay()
  readonly from!: string;

  @IsTimeOfDay()
  readonly to!: string;
}

class UtmDto {
  @IsString()
  @Length(1, 200)
  readonly source!: string;

  @IsString()
  @Length(1, 200)
  readonly medium!: string;

  /** By default the scenario's key. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly campaign?: string | null;
}

/** Settings to change: an absent field stays as it is, `null` clears one that may be empty. */
export class PatchStoreDto {
  @AbsentOr()
  @IsString()
  @Length(1, 200)
  readonly name?: string;

  /** Sender of the letters; null means the server's MAIL_FROM. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SenderDto)
  readonly from?: SenderDto | null;

  @IsOptional()
  @IsAddress()
  readonly replyTo?: string | null;

  /** Shown at the foot of every letter. */
  @IsOptional()
  @IsString()
  @Length(1, 500)
  readonly postalAddress?: string | null;

  @AbsentOr()
  @IsObject()
  @ValidateNested()
  @Type(() => BrandDto)
  readonly brand?: BrandDto;

  /** IANA zone. */
  @AbsentOr()
  @IsZone()
  readonly timezone?: string;

  /** BCP 47. */
  @AbsentOr()
  @IsLocale()
  readonly locale?: string;

  /** ISO 4217. */
  @AbsentOr()
  @IsCurrency()
  readonly currency?: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CapsDto)
  readonly caps?: CapsDto | null;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  readonly quietHours?: QuietHoursDto | null;

  /** Shortest pause between two marketing letters: "1 day". */
  @IsOptional()
  @IsDuration()
  readonly minimumGap?: string | null;

  @AbsentOr()
  @IsBoolean()
  readonly doubleOptIn?: boolean;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => UtmDto)
  readonly utm?: UtmDto | null;

  /** Addresses or domains that live may write to; empty means everyone. */
  @AbsentOr()
  @IsArray()
  @ArrayMaxSize(100)
  @IsRecipient()
  readonly liveRecipients?: string[];
}
