// The four validators. None is enough alone: each misses faults that another
// finds. Every one of them is a name and a function from a resource to the
// list of its faults.

import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import FHIR from 'fhir';
import { ours, profileOf, resources, types, within } from './definitions.mjs';
import { faults } from './invariants.mjs';

indexStructureDefinitionBundle(types);
indexStructureDefinitionBundle(resources);
indexStructureDefinitionBundle(ours);

const fhirJs = new FHIR.Fhir();
const schema = new JSONSchemaValidator();

/** Medplum: the base definition, and our profile for the resource and its entries. */
function medplum(resource) {
  const found = [];
  for (const part of within(resource)) {
    for (const profile of [undefined, profileOf(part)]) {
      if (profile || part === resource) {
        found.push(...medplumFaults(part, profile));
      }
    }
  }
  return found;
}

function medplumFaults(resource, profile) {
  try {
    validateResource(resource, profile && { profile });
  } catch (err) {
    if (!(err instanceof OperationOutcomeError)) {
      throw err;
    }
    return err.outcome.issue
      .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
      .map((issue) => `${issue.expression ?? resource.resourceType}: ${issue.details?.text}`);
  }
  return [];
}

/** FHIR.js: structure and required bindings; its XML has to lead back to the same JSON. */
function fhirjs(resource) {
  const found = fhirJs
    .validate(resource, { errorOnUnexpected: true })
    .messages.filter((message) => message.severity === 'error' || message.severity === 'fatal')
    .map((message) => `${message.location}: ${message.message}`);
  if (found.length === 0) {
    const back = fhirJs.xmlToObj(fhirJs.objToXml(resource));
    if (normal(back) !== normal(resource)) {
      found.push(`${resource.resourceType}: not the same after XML`);
    }
  }
  return found;
}

/**
 * Text of a value that does not depend on the order of members; numbers as
 * strings, because that is how FHIR.js brings decimals back from XML.
 */
function normal(value) {
  return JSON.stringify(value, (_, v) => {
    if (v && typeof v === 'object' && !Array.isArray(v)) {
      return Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return typeof v === 'number' ? String(v) : v;
  });
}

/** HL7's JSON schema of R4. */
function jsonSchema(resource) {
  return schema.validate(resource).map((error) => `${error.dataPath}: ${error.message}`);
}

export const validators = [
  ['medplum', medplum],
  ['fhir.js', fhirjs],
  ['json-schema', jsonSchema],
  ['fhirpath', faults],
];
