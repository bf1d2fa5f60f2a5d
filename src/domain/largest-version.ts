/** Versions of scenarios and templates are PostgreSQL integers: no version has a larger number. */
export const LARGEST_VERSION = 2_147_483_647;
