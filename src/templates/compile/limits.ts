/**
 * Limits of a template, checked before anything parses it: Handlebars needs 120 MB for 10,000 mustaches and 14 s for a
 * nesting of 5,000, a megabyte of them ends the process.
 */
export const MAX_SOURCE_BYTES = 1024 * 1024;
export const MAX_MUSTACHES = 2_000;
export const MAX_MUSTACHE_CHARS = 1_000;
export const MAX_DEPTH = 20;
export const MAX_SUBJECT_CHARS = 64 * 1024;
export const MAX_HTML_BYTES = 512 * 1024;
/** MJML repeats attributes of mj-attributes on every element, so its output is counted once more. */
export const MAX_COMPILED_MUSTACHES = 2 * MAX_MUSTACHES;
/** Gmail hides what follows after this size behind "View entire message". */
export const GMAIL_CLIP_BYTES = 102 * 1024;
