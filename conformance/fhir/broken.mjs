// Resources which are broken on purpose, one fault each, made from the
// examples: they show that the validators see anything at all.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples } from './definitions.mjs';

const extension = (r, name) => r.extension.find((e) => e.url.endsWith(`/${name}`));

const faults = [
  // R4 itself
  ['impossible date', 'EpisodeOfCare-active', (r) => (r.period.start = '2024-13-02')],
  ['mandatory patient missing', 'EpisodeOfCare-active', (r) => delete r.patient],
  ['status outside the required binding', 'EpisodeOfCare-active', (r) => (r.status = 'terminated')],
  ['unknown element', 'EpisodeOfCare-active', (r) => (r.division = { reference: 'Location/1' })],
  ['period that ends before it starts (per-1)', 'EpisodeOfCare-ended', (r) => (r.period.end = '2017-01-01')],
  ['total in a collection (bdl-1)', 'Bundle-answer', (r) => (r.total = 3)],
  ['search in a collection (bdl-2)', 'Bundle-answer', (r) => (r.entry[0].search = { mode: 'match' })],
  ['fullUrl twice (bdl-7)', 'Bundle-answer', (r) => r.entry.push(r.entry[0])],
  ['fullUrl of a version (bdl-8)', 'Bundle-answer', (r) => (r.entry[0].fullUrl += '/_history/1')],
  ['entry of nothing (bdl-5)', 'Bundle-answer', (r) => r.entry.push({ fullUrl: 'urn:uuid:9f1c2b3a-4d5e-4f60-8172-839405a6b7c8' })],
  ['empty list', 'Patient-portal', (r) => (r.telecom = [])],
  ['empty string', 'Patient-portal', (r) => (r.name[0].family = '')],
  ['null', 'Patient-portal', (r) => (r.birthDate = null)],
  ['id with an underscore', 'Location-ambulatory', (r) => (r.id = 'FAMILY_DOCTOR')],
  ['instant without a zone', 'Bundle-answer', (r) => (r.timestamp = '2024-06-10T12:00:01.248')],
  ['gender of the register', 'Patient-portal', (r) => (r.gender = 'MALE')],
  ['a list where one is allowed', 'EpisodeOfCare-active', (r) => (r.careManager = [r.careManager])],
  ['telephone number without a system (cpt-2)', 'PractitionerRole-working', (r) => delete r.telecom[0].system],
  ['organization without name and identifier (org-1)', 'Organization-closed', (r) => delete r.name],
  ['consent without a policy (ppc-1)', 'Consent-portal', (r) => {
    delete r.policy;
    delete r.policyRule;
  }],
  ['query beside a name (sev-1)', 'AuditEvent-disclosed', (r) => (r.entity[1].name = 'EpisodeOfCare')],
  ['requestor not said', 'AuditEvent-disclosed', (r) => delete r.agent[0].requestor],
  ['signature of nobody', 'Provenance-signed', (r) => delete r.signature[0].who],
  ['outcome without an issue', 'OperationOutcome-consent-required', (r) => delete r.issue],
  ['parameter with two values', 'Parameters-declarations', (r) => (r.parameter[1].valueString = 'active')],

  // our profiles
  ['ended without an end (uad-1)', 'EpisodeOfCare-ended', (r) => delete r.period.end],
  ['in force with an end (uad-2)', 'EpisodeOfCare-active', (r) => (r.period.end = '2064-05-13')],
  ['no declaration by its type (uad-3)', 'EpisodeOfCare-active', (r) => r.type[0].coding.shift()],
  ['no number', 'EpisodeOfCare-active', (r) => (r.identifier[0].system = 'urn:example:number')],
  ['two numbers', 'EpisodeOfCare-active', (r) => r.identifier.push(r.identifier[0])],
  ['no status of the register', 'EpisodeOfCare-active', (r) => r.extension.shift()],
  ['no planned end', 'EpisodeOfCare-active', (r) => r.extension.splice(r.extension.indexOf(extension(r, 'declaration-end-date')), 1)],
  ['planned end of another type', 'EpisodeOfCare-active', (r) => {
    const end = extension(r, 'declaration-end-date');
    end.valueDateTime = end.valueDate;
    delete end.valueDate;
  }],
  ['place of care that is no place', 'EpisodeOfCare-active', (r) => (extension(r, 'declaration-division').valueReference.reference = 'Organization/1')],
  ['doctor instead of a position', 'EpisodeOfCare-active', (r) => (r.careManager = { reference: 'Practitioner/1' })],
  ['no provider', 'EpisodeOfCare-active', (r) => delete r.managingOrganization],
  ['patient without a name', 'Patient-portal', (r) => delete r.name],
  ["a doctor's tax number (uap-1)", 'Practitioner-qualified', (r) => {
    r.identifier = [{ system: 'urn:oid:1.2.804.2.1.1.1.11.1.4.1.1', value: '4215602049' }];
  }],
  ['position without a doctor', 'PractitionerRole-working', (r) => delete r.practitioner],
  ['provider without a name', 'Organization-provider', (r) => delete r.name],
  ['kind of places instead of a place', 'Location-ambulatory', (r) => (r.mode = 'kind')],
  ['broken declaration inside a bundle', 'Bundle-answer', (r) => delete r.entry[1].resource.period.start],
];

/** The broken resources, each with the name of its fault. */
export function* broken() {
  for (const [fault, example, spoil] of faults) {
    const resource = JSON.parse(readFileSync(join(examples, `${example}.json`), 'utf8'));
    spoil(resource);
    yield { fault, resource };
  }
}
