/** What letters see of these, for messages. An event may hold anything, and so may a person's attributes. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  contact: [
    'id',
    'email',
    'externalId',
    'firstName',
    'lastName',
    'locale',
    'timezone',
    'tags',
    'attributes',
    'createdAt',
  ],
  run: ['event', 'enteredAt', 'touches', 'variant', 'subject'],
  store: ['name', 'url', 'currency', 'timezone', 'locale', 'postalAddress', 'brand'],
  links: ['unsubscribe', 'preferences', 'view', 'confirm'],
};

/** Facts of a person that letters hold too, without a promise. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  contact: ['anonymousId', 'marketingConsent', 'confirmedAt', 'declined', 'pausedUntil', 'suppressed', 'erased'],
};

/**
 * What is wrong with a path such as `contact.firstname`, if no letter can ever have it: each would fail, or go without what
 * was meant, and nobody would learn it before.
 */
export function unknownField(label: string): string | null {
  const [owner, field] = label.replaceAll('[]', '').split('.');
  const known = FIELDS[owner ?? ''];
  if (field === undefined || !known || known.includes(field) || BESIDE[owner ?? '']?.includes(field)) return null;
  return `${owner}.${field} is not a field of ${owner} (known: ${known.join(', ')})`;
}
