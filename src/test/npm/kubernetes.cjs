// Checks objects of Kubernetes against its own schemas, as kubectl does: types, required fields, formats, and no others.
// node kubernetes.cjs FOLDER-OF-NPM-PACKAGES FILE.json: the file is an array of objects, in the order of their file.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const load = createRequire(join(process.argv[2], 'package.json'));
const validation = load('@kubernetes-models/validate');
const register = validation.register;

/** The published schemas allow fields that Kubernetes does not know; its API server rejects them. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const parts = Object.entries(schema).map(([name, part]) => [name, closed(part)]);
  const all = Object.fromEntries(parts);
  return schema.type === 'object' && schema.properties ? { ...all, additionalProperties: false } : all;
}
validation.register = (id, schema) => register(id, closed(schema));

const objects = JSON.parse(readFileSync(process.argv[3], 'utf8'));
let problems = 0;
for (const each of objects) {
  const models = load(`kubernetes-models/${each.apiVersion}`);
  try {
    new models[each.kind](each).validate();
  } catch (e) {
    problems++;
    console.log(`${each.kind} ${each.metadata?.name}: ${e.message}`);
  }
}
console.log(`${objects.length} objects, ${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;
