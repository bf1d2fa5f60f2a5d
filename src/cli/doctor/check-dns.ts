import { type Finding, ok, unchecked, wrong } from './finding.js';

/** Looks names up; `node:dns/promises` fits. */
export interface Resolver {
  resolveTxt(name: string): Promise<readonly (readonly string[])[]>;
}

/** Texts of a name; [] when it has none, null when DNS itself does not answer. */
type Looked = readonly string[] | null;

const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN']);
/** SendGrid's automated security signs under these. */
const SENDGRID_SELECTORS = ['s1', 's2'];

export interface SenderQuestion {
  readonly domain: string;
  readonly transport: 'outbox' | 'smtp' | 'sendgrid';
  /** Where the signature's key is; empty asks for the provider's usual ones. */
  readonly selectors: readonly string[];
}

/** Whether mailbox providers can tell that letters of this domain are its own: SPF, DKIM, DMARC. */
export async function checkSender(
  resolver: Resolver,
  { domain, transport, selectors }: SenderQuestion,
): Promise<readonly Finding[]> {
  if (!domain.includes('.'))
    return transport === 'outbox'
      ? [unchecked(`sender ${domain}`, 'no public domain, and nothing is sent', 'set MAIL_FROM before TRANSPORT')]
      : [
          wrong(
            `sender ${domain}`,
            'no public domain: mailbox providers refuse such letters',
            'set MAIL_FROM to an address of yours',
          ),
        ];
  const named = selectors.length > 0 ? selectors : transport === 'sendgrid' ? SENDGRID_SELECTORS : [];
  const [texts, policy, keys] = await Promise.all([
    look(resolver, domain),
    dmarc(resolver, domain),
    Promise.all(named.map((selector) => look(resolver, `${selector}._domainkey.${domain}`))),
  ]);
  return [spf(domain, texts), dkim(domain, named, keys), policy];
}

async function look(resolver: Resolver, name: string): Promise<Looked> {
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    return ABSENT.has((error as { code?: string }).code ?? '') ? [] : null;
  }
}

function spf(domain: string, texts: Looked): Finding {
  const check = `spf ${domain}`;
  if (texts === null) return noDns(check);
  const records = texts.filter((text) => /^v=spf1( |$)/i.test(text));
  if (records.length === 1) return ok(check, records[0]!);
  return records.length === 0
    ? wrong(check, 'there is no SPF record', `publish one TXT at ${domain}: v=spf1 include:<your provider> ~all`)
    : wrong(check, `there are ${records.length} SPF records, which counts as none`, 'join them into one');
}

function dkim(domain: string, selectors: readonly string[], keys: readonly Looked[]): Finding {
  const check = `dkim ${domain}`;
  if (selectors.length === 0)
    return unchecked(check, 'not checked: the selector is not known', 'name it: --dkim-selector <name>');
  if (keys.some((texts) => texts === null)) return noDns(check);
  const missing = selectors.filter((_, i) => !keys[i]!.some((text) => /(^|;)\s*p=[A-Za-z0-9+/]/.test(text)));
  return missing.length === 0
    ? ok(check, `there is a key under ${selectors.join(', ')}`)
    : wrong(
        check,
        `there is no key under ${missing.join(', ')}`,
        'publish the records that the provider shows for this domain',
      );
}

/**
 * The record of the domain, else of the nearest domain above it: a policy holds for subdomains too (RFC 7489, 6.6.3; which of them is
 * the organisation's own only a list of public suffixes would tell, and those have none).
 */
async function dmarc(resolver: Resolver, domain: string): Promise<Finding> {
  const check = `dmarc ${domain}`;
  const labels = domain.split('.');
  for (let above = 0; above <= labels.length - 2; above++) {
    const owner = labels.slice(above).join('.');
    const texts = await look(resolver, `_dmarc.${owner}`);
    if (texts === null) return noDns(check);
    const record = texts.find((text) => /^v=DMARC1\s*;/i.test(text));
    if (record) return ok(check, above === 0 ? record : `${record} (of ${owner})`);
  }
  return wrong(
    check,
    'there is no DMARC record',
    `publish TXT at _dmarc.${domain}: v=DMARC1; p=none; rua=mailto:<you>`,
  );
}

function noDns(check: string): Finding {
  return unchecked(check, 'not checked: no DNS');
}
