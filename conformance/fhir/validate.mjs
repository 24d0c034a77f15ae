// Checks FHIR resources with four validators, against R4 and our profiles.
//
//	node validate.mjs [--self-test] FILE...
//
// With --self-test the validators are first given resources which are broken
// on purpose: at least one of the four has to refuse each. Exit status 1 when
// anything failed, 2 on wrong use.

import { readFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import { broken } from './broken.mjs';
import { validators } from './validators.mjs';

let passed = 0;
let failed = 0;

function report(ok, what, details = []) {
  ok ? passed++ : failed++;
  stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what}\n`);
  details.forEach((detail) => stdout.write(`       ${detail}\n`));
}

/** A validator that fails on a resource has not accepted it. */
function run(validate, resource) {
  try {
    return validate(resource);
  } catch (err) {
    return [`the validator failed: ${err.message}`];
  }
}

function selfTest() {
  const refusals = new Map(validators.map(([name]) => [name, 0]));
  for (const { fault, resource } of broken()) {
    const by = validators.filter(([, validate]) => run(validate, resource).length > 0).map(([name]) => name);
    by.forEach((name) => refusals.set(name, refusals.get(name) + 1));
    report(by.length > 0, `refused  ${fault}: ${by.join(', ') || 'by nobody'}`);
  }
  for (const [name, n] of refusals) {
    report(n > 0, `${name.padEnd(11)} refused ${n} of the broken resources`);
  }
}

function validateFile(file) {
  let resource;
  try {
    resource = JSON.parse(readFileSync(file, 'utf8'));
  } catch (err) {
    report(false, `json        ${file}`, [err.message]);
    return;
  }
  for (const [name, validate] of validators) {
    const faults = run(validate, resource);
    report(faults.length === 0, `${name.padEnd(11)} ${file}`, faults);
  }
}

const args = argv.slice(2);
const files = args.filter((arg) => arg !== '--self-test');
if (files.length === 0 || files.some((file) => file.startsWith('--'))) {
  stderr.write('usage: node validate.mjs [--self-test] FILE...\n');
  exit(2);
}
if (args.includes('--self-test')) {
  selfTest();
}
files.forEach(validateFile);
stdout.write(`${passed} passed, ${failed} failed\n`);
exit(failed === 0 ? 0 : 1);
