import type { OnApplicationShutdown } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Unavailable } from '../platform/http/domain-error.js';
import { checkLimits } from './compile/compile-template.js';
import type { CompiledLocale, CompiledTemplate, CompileOutcome, TemplateProblem } from './compile/compiled-template.js';
import type { CompileQuestion } from './compile-thread.js';
import { IsolatedThread, threadEntry } from './isolated-thread.js';
import type { TemplateSources } from './template-sources.js';
import { Turns } from './turns.js';

const COMPILE_LIMIT_MS = 10_000;
/** Sources of one store that may wait; each holds up to a megabyte. */
const MOST_WAITING = 50;
const RETRY_AFTER_S = 10;

/** All locales compiled, or what is wrong with any of them; advice comes with both. */
export type TemplateOutcome =
  | { readonly ok: true; readonly compiled: CompiledTemplate; readonly problems: readonly TemplateProblem[] }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** Compiles sources in a thread of its own, one after the other, in turn between the stores. */
@Injectable()
export class TemplateCompiler implements OnApplicationShutdown {
  private readonly thread = new IsolatedThread<CompileQuestion, CompileOutcome>(threadEntry('compile-thread.js'), {
    maxOldGenerationSizeMb: 256,
  });
  private readonly waiting = new Turns<() => Promise<void>>();
  private isBusy = false;

  /** @throws Unavailable while too many sources of the store wait already */
  async compile(storeId: string, sources: TemplateSources): Promise<TemplateOutcome> {
    const locales: Record<string, CompiledLocale> = {};
    const problems: TemplateProblem[] = [];
    for (const [locale, source] of Object.entries(sources)) {
      const outcome = await this.compileLocale(storeId, source, locale);
      problems.push(...(outcome.ok ? outcome.compiled.problems : outcome.problems));
      if (outcome.ok) locales[locale] = outcome.compiled;
    }
    const isWhole = Object.keys(locales).length === Object.keys(sources).length;
    return isWhole ? { ok: true, compiled: { locales }, problems } : { ok: false, problems };
  }

  /**
   * Compiles one locale; a source that takes too long or too much memory is refused like any other bad one.
   * @throws Unavailable while too many sources of the store wait already
   */
  async compileLocale(storeId: string, source: string, locale: string): Promise<CompileOutcome> {
    const limits = checkLimits(source, locale);
    if (limits.length > 0) return { ok: false, problems: limits };
    if (this.waiting.countOf(storeId) >= MOST_WAITING)
      throw new Unavailable('too many templates of the store wait to be compiled', RETRY_AFTER_S);
    return new Promise((resolve, reject) => {
      this.waiting.add(storeId, () => this.askThread(source, locale).then(resolve, reject));
      void this.drain();
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.thread.close();
  }

  private async drain(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    for (let work = this.waiting.next(); work; work = this.waiting.next()) await work();
    this.isBusy = false;
  }

  private async askThread(source: string, locale: string): Promise<CompileOutcome> {
    const answered = await this.thread.ask({ source, locale }, COMPILE_LIMIT_MS);
    if (answered.ok) return answered.answer;
    const detail = 'compiling took too much time or memory and was stopped';
    return {
      ok: false,
      problems: [{ severity: 'error', code: 'too_expensive', detail, pointer: `/locales/${locale}` }],
    };
  }
}
