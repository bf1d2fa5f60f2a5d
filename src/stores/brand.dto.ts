import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { AbsentOr } from '../platform/http/absent-or.js';
import { IsAddress, IsColor, IsHttpUrl } from './settings-rules.js';

/** Who letters are from. */
export class SenderDto {
  /**
   * The address, of a domain that the provider may send for.
   * @example "hello@shop.example"
   */
  @IsAddress()
  @ApiProperty({ format: 'email' })
  readonly email!: string;

  /**
   * The name beside it.
   * @example "Example Shop"
   */
  @IsString()
  @Length(1, 200)
  readonly name!: string;
}

/** Colours of letters: `#rgb` or `#rrggbb`. */
class ColorsDto {
  /**
   * Of the band on top and of buttons: `#rgb` or `#rrggbb`.
   * @example "#1f6feb"
   */
  @AbsentOr()
  @IsColor()
  readonly primary?: string;

  /** Behind the letter. */
  @AbsentOr()
  @IsColor()
  readonly background?: string;

  /** Of the words. */
  @AbsentOr()
  @IsColor()
  readonly text?: string;
}

/** How letters look. */
export class BrandDto {
  /** null: the store's own name, also when that changes. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly name?: string | null;

  /**
   * Where the picture on top of letters is, http or https; null shows the store's name.
   * @example "https://shop.example/logo.png"
   */
  @IsOptional()
  @IsHttpUrl()
  readonly logoUrl?: string | null;

  @AbsentOr()
  @IsObject()
  @ValidateNested()
  @Type(() => ColorsDto)
  readonly colors?: ColorsDto;
}
