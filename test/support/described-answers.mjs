import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** The committed description; that it is the served one is looked at by `npm run check`. */
const { paths, components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));

const PROBLEM = 'application/problem+json';
const JSON_TYPE = 'application/json';
const AT_COMPONENTS = 'api#/components/schemas/';
const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};
const ajv = new Ajv({ strict: false, allErrors: true, discriminator: true, formats: FORMATS, logger: false });
ajv.addSchema({ $id: 'api', components: { schemas: mapValues(components.schemas, closed) } });

const routes = Object.entries(paths)
  .map(([template, operations]) => ({
    template,
    operations,
    matches: patternOf(template),
    plain: plainParts(template),
  }))
  .sort((a, b) => b.plain - a.plain);
const checks = new Map();

/**
 * What an answer has, or lacks, that the API's description does not say of its route; nothing when it is as described. Looked at are every
 * answer below `/v1`, problems, and JSON of other routes that the description knows. For `importByNode`: a description is compiled once
 * a test process.
 * @param {{ method: string, path: string, status: number, type: string, body: unknown }} answer `type` is its media type, '' without a body
 * @returns {string[]} a line each, with a JSON pointer
 */
export function unlikeDescribed({ method, path, status, type, body }) {
  const [media] = type.split(';');
  const { pathname } = new URL(path, 'http://localhost');
  if (status >= 300 && status < 400) return [];
  if (media === PROBLEM) return found(PROBLEM, { $ref: '#/components/schemas/Problem' }, body);
  const isApi = pathname.startsWith('/v1/');
  const verb = method.toLowerCase();
  const route = routes.find(({ matches, operations }) => matches.test(pathname) && operations[verb]);
  const content = route?.operations[verb].responses[status]?.content;
  if (media === '') return content ? ['has no body'] : [];
  const described = content?.[media]?.schema;
  if (!described) return isApi ? [`is ${media}, of which the description says nothing here`] : [];
  return media === JSON_TYPE ? found(`${verb} ${route.template} ${status}`, described, body) : [];
}

function found(name, described, body) {
  let check = checks.get(name);
  if (!check) checks.set(name, (check = ajv.compile(closed(described))));
  return check(body) ? [] : [...new Set(check.errors.flatMap(lineOf))];
}

/** That one of several does not fit says nothing: why each does not is told beside it. */
function lineOf({ keyword, instancePath, params, message }) {
  if (keyword === 'anyOf' || keyword === 'oneOf') return [];
  if (keyword === 'additionalProperties') return [`${instancePath}/${params.additionalProperty} is not described`];
  if (keyword === 'required') return [`${instancePath}/${params.missingProperty} is missing`];
  if (keyword === 'enum') return [`${instancePath} must be one of ${params.allowedValues.join(', ')}`];
  return [`${instancePath || '/'} ${message}`];
}

/** OpenAPI 3.0 as JSON Schema in which an object has what is described and nothing else; one of which nothing is said may have anything. */
function closed(schema) {
  const { nullable, discriminator, $ref, properties, items, allOf, oneOf, anyOf, additionalProperties, ...rest } =
    schema;
  const made = { ...rest };
  if ($ref) made.$ref = $ref.replace('#/components/schemas/', AT_COMPONENTS);
  if (properties) made.properties = mapValues(properties, closed);
  if (properties && additionalProperties === undefined) made.additionalProperties = false;
  else if (additionalProperties !== undefined)
    made.additionalProperties =
      typeof additionalProperties === 'object' ? closed(additionalProperties) : additionalProperties;
  if (items) made.items = closed(items);
  for (const [word, parts] of Object.entries({ allOf, oneOf, anyOf })) if (parts) made[word] = parts.map(closed);
  if (discriminator && oneOf) made.discriminator = { propertyName: discriminator.propertyName };
  return nullable ? { anyOf: [{ type: 'null' }, made] } : made;
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function patternOf(template) {
  const parts = template.split('/').map((part) => (isPlain(part) ? part : '[^/]+'));
  return new RegExp(`^${parts.join('/')}$`);
}

/** `/v1/contacts/import` comes before `/v1/contacts/{ref}`. */
function plainParts(template) {
  return template.split('/').filter(isPlain).length;
}

function isPlain(part) {
  return !part.startsWith('{');
}
