// Whether documents of JSON-LD say what schema.org has words for: each is expanded by a JSON-LD processor, then every
// class and property is looked up in the vocabulary, with the classes that it may stand at and the values that it may have.
// Usage: node structured-data.cjs FOLDER-WITH-NODE_MODULES FILE...
const fs = require('fs');
const path = require('path');

const [modules, ...files] = process.argv.slice(2);
const load = name => require(require.resolve(name, {paths: [modules]}));
const jsonld = load('jsonld');

const SCHEMA = 'http://schema.org/';
const IS_A = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
const BELOW = 'http://www.w3.org/2000/01/rdf-schema#subClassOf';

const facts = new Map();
const vocabulary = path.join(modules, 'node_modules', '@vocabulary', 'schema', 'schema.nq');
for (const line of fs.readFileSync(vocabulary, 'utf8').split('\n')) {
  const fact = /^<([^>]*)> <([^>]*)> <([^>]*)> /.exec(line);
  if (fact) {
    const key = `${fact[1]} ${fact[2]}`;
    facts.set(key, [...(facts.get(key) || []), fact[3]]);
  }
}
const of = (thing, what) => facts.get(`${thing} ${what}`) || [];
const isProperty = name => of(name, IS_A).some(type => type.endsWith('#Property'));
const isClass = name => of(name, IS_A).some(type => type.endsWith('#Class'));
const lineage = type => [type, ...of(type, BELOW).flatMap(lineage)];
const ranges = property => of(property, SCHEMA + 'rangeIncludes').map(each => each.slice(SCHEMA.length));

// What the context of schema.org says: names are its own, and values that can be nothing but things and addresses are links.
const context = {'@vocab': SCHEMA};
const literals = ['Text', 'Date', 'DateTime', 'Time', 'Boolean', 'Number', 'Integer', 'Float'];
for (const key of facts.keys()) {
  const [name, what] = key.split(' ');
  if (what === IS_A && name.startsWith(SCHEMA) && isProperty(name)) {
    const values = ranges(name);
    if (!values.some(each => literals.includes(each))) {
      context[name.slice(SCHEMA.length)] = {'@id': name, '@type': '@id'};
    }
  }
}
const documentLoader = async address => {
  if (!/^https?:\/\/schema\.org\/?$/.test(address)) {
    throw new Error(`${address} is fetched from nowhere`);
  }
  return {contextUrl: null, documentUrl: address, document: {'@context': context}};
};

const fits = {
  Text: value => typeof value === 'string',
  URL: value => typeof value === 'string' && URL.canParse(value),
  Boolean: value => typeof value === 'boolean',
  Number: value => typeof value === 'number',
  Integer: value => Number.isInteger(value),
  Date: value => /^\d{4}-\d\d-\d\d$/.test(value),
  DateTime: value => /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
};

let problems = 0;
const say = (file, problem) => {
  problems++;
  console.log(`${path.basename(file)}: ${problem}`);
};

function check(file, node) {
  const types = node['@type'] || [];
  types.filter(type => !isClass(type)).forEach(type => say(file, `${type} is no class`));
  const above = types.flatMap(lineage);
  for (const [property, values] of Object.entries(node)) {
    if (property.startsWith('@')) {
      continue;
    }
    if (!isProperty(property)) {
      say(file, `${property} is no property`);
      continue;
    }
    if (!of(property, SCHEMA + 'domainIncludes').some(domain => above.includes(domain))) {
      say(file, `${property} is no property of ${types}`);
    }
    values.forEach(value => checkValue(file, property, value));
  }
}

function checkValue(file, property, value) {
  const allowed = ranges(property);
  if ('@value' in value) {
    if (!allowed.some(range => fits[range] && fits[range](value['@value']))) {
      say(file, `${property} ${JSON.stringify(value['@value'])} is not ${allowed.join(' or ')}`);
    }
  } else if (value['@type']) {
    if (!value['@type'].flatMap(lineage).some(type => allowed.includes(type.slice(SCHEMA.length)))) {
      say(file, `${property} of ${value['@type']} is not ${allowed.join(' or ')}`);
    }
    check(file, value);
  } else if (!/^https?:/.test(value['@id']) || !URL.canParse(value['@id'])) {
    say(file, `${property} ${value['@id']} is no absolute address`);
  }
}

(async () => {
  for (const file of files) {
    const nodes = await jsonld.expand(JSON.parse(fs.readFileSync(file, 'utf8')), {documentLoader, base: null});
    if (nodes.length !== 1) {
      say(file, `it has ${nodes.length} nodes`);
    }
    nodes.forEach(node => check(file, node));
  }
  console.log(`${files.length} documents, ${problems} problems`);
  process.exit(problems ? 1 : 0);
})().catch(e => {
  console.log(String(e));
  process.exit(2);
});
