// Makes the test data <revision>.json from the specification's schema/<revision>/schema.json: keeps
// what a message must look like and leaves the wording out.
//   node strip-schema.mjs <folder with <revision>/schema.json> [revision…]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
// Members that hold schemas by name; their keys are not keywords.
const BY_NAME = new Set(['properties', '$defs', 'definitions']);
// What a draft 7 validator would ignore beside a reference.
const ANNOTATIONS = new Set(['description', 'default', 'deprecated']);

function strip(schema, path) {
  if (Array.isArray(schema)) return schema.map((item, index) => strip(item, `${path}/${index}`));
  if (typeof schema !== 'object' || schema === null) return schema;
  const beside = Object.keys(schema).filter((key) => key !== '$ref' && !ANNOTATIONS.has(key));
  if ('$ref' in schema && beside.length > 0) throw new Error(`${path}: ${beside} beside $ref`);
  const kept = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === '$schema') continue;
    kept[key] = BY_NAME.has(key)
      ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, strip(item, `${path}/${key}/${name}`)]))
      : strip(value, `${path}/${key}`);
  }
  return kept;
}

// Some generated schemas say integer where schema.ts says number.
function fixNumberSchema(definitions) {
  for (const keyword of ['minimum', 'maximum', 'default']) {
    const property = definitions.NumberSchema?.properties?.[keyword];
    if (property) property.type = 'number';
  }
}

// An error whose request's id could not be read has none. Schemas say so since 2025-11-25; those before know no
// message for that case at all.
function fixErrorId(definitions) {
  const error = definitions.JSONRPCError;
  if (error) error.required = error.required.filter((name) => name !== 'id');
}

const [source, ...wanted] = process.argv.slice(2);
for (const revision of wanted.length > 0 ? wanted : REVISIONS) {
  const original = JSON.parse(readFileSync(join(source, revision, 'schema.json'), 'utf8'));
  const key = '$defs' in original ? '$defs' : 'definitions';
  const stripped = strip({ [key]: original[key] }, '#');
  fixNumberSchema(stripped[key]);
  fixErrorId(stripped[key]);
  writeFileSync(join(HERE, `${revision}.json`), JSON.stringify(stripped, null, 1) + '\n');
}
