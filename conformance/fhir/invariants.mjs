// Evaluates what structure definitions say with the FHIRPath engine: the
// constraints of every element and of its type, and with them the numbers and
// types of elements, slices told apart by a fixed value, and fixed values.

import fhirpath from 'fhirpath';
import model from 'fhirpath/fhir-context/r4/index.js';
import { base, extensions, profileOf } from './definitions.mjs';

// ele-1 and ext-1 cannot fail on JSON that the other validators accept; dom-6
// and txt-* are about narrative, of which we send none.
const skipped = /^(ele-1|ext-1|dom-6|txt-.*)$/;

const compiled = new Map();

function holds(constraint, path, node, variables) {
  const key = `${path} ${constraint.expression}`;
  let evaluate = compiled.get(key);
  if (!evaluate) {
    evaluate = fhirpath.compile({ base: path, expression: constraint.expression }, model, { traceFn: () => {} });
    compiled.set(key, evaluate);
  }
  return evaluate(node, { ...variables, context: node }).every((value) => value === true);
}

/** The faults of a resource, as sentences. */
export function faults(resource) {
  const found = [];
  visitResource(resource, resource, resource.resourceType, found);
  return found;
}

function visitResource(resource, rootResource, place, found) {
  const variables = { resource, rootResource };
  const definition = base.get(resource.resourceType);
  if (!definition) {
    found.push(`${place}: no such resource type`);
    return;
  }
  visit(definition, resource, variables, place, found, true);
  const profile = profileOf(resource);
  if (profile) {
    visit(profile, resource, variables, place, found, false);
  }
}

/** Holds one definition against one node; deep goes on with the types of its elements. */
function visit(definition, node, variables, place, found, deep) {
  const elements = definition.snapshot.element;
  const root = { node, place };
  // Nodes of every element, by the element's id: slices have ids of their own.
  const nodes = new Map([[elements[0].id, [root]]]);
  check(elements[0], [root], variables, found);
  for (const element of elements.slice(1)) {
    const parents = nodes.get(element.id.slice(0, element.id.lastIndexOf('.')));
    if (!parents?.length) {
      continue;
    }
    const all = [];
    for (const parent of parents) {
      const children = childrenOf(parent, element, elements);
      count(element, children, parent.place, found);
      all.push(...children);
    }
    nodes.set(element.id, all);
    check(element, all, variables, found);
    compare(element, all, found);
    if (deep) {
      all.forEach((child) => visitType(child, variables, found));
    }
  }
}

function childrenOf(parent, element, elements) {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  if (parent.node === null || typeof parent.node !== 'object') {
    return []; // id and extension of a primitive value
  }
  const children = [];
  for (const [key, value] of Object.entries(parent.node)) {
    const choice = name.endsWith('[x]') && /^[A-Z]/.test(key.slice(name.length - 3)) && key.startsWith(name.slice(0, -3));
    if (key !== name && !choice) {
      continue;
    }
    const type = choice ? typeOfChoice(key.slice(name.length - 3), name, element) : element.type?.[0]?.code;
    const items = Array.isArray(value) ? value : [value];
    items.forEach((node, i) => {
      children.push({ node, type, place: `${parent.place}.${key}${Array.isArray(value) ? `[${i}]` : ''}` });
    });
  }
  return element.sliceName ? children.filter((child) => inSlice(child.node, element, elements)) : children;
}

/** Date of valueDate is the type date, Coding of valueCoding is Coding. */
function typeOfChoice(suffix) {
  return base.has(suffix) ? suffix : suffix[0].toLowerCase() + suffix.slice(1);
}

function inSlice(node, element, elements) {
  for (const name of ['url', 'system']) {
    const fixed = elements.find((e) => e.id === `${element.id}.${name}`)?.fixedUri;
    if (fixed) {
      return node[name] === fixed;
    }
  }
  return true; // value[x] narrowed to one type: told apart by its name already
}

function count(element, children, place, found) {
  const name = element.id.slice(element.id.lastIndexOf('.') + 1);
  if (children.length < element.min) {
    found.push(`${place}: ${children.length} of ${name}, at least ${element.min} wanted`);
  }
  if (element.max !== '*' && children.length > Number(element.max)) {
    found.push(`${place}: ${children.length} of ${name}, at most ${element.max} allowed`);
  }
}

function compare(element, children, found) {
  const fixed = Object.keys(element).find((key) => key.startsWith('fixed'));
  const targets = element.type?.find((t) => t.code === 'Reference')?.targetProfile?.map((url) => url.slice(url.lastIndexOf('/') + 1));
  const codes = element.path.endsWith('[x]') ? element.type.map((t) => t.code) : undefined;
  for (const { node, type, place } of children) {
    if (fixed && node !== element[fixed]) {
      found.push(`${place}: not the fixed value`);
    }
    if (codes && !codes.includes(type)) {
      found.push(`${place}: type ${type} is not allowed`);
    }
    const target = targets && node.reference?.match(/([A-Za-z]+)\/[^/]+$/)?.[1];
    if (target && !targets.includes(target) && !targets.includes('Resource')) {
      found.push(`${place}: reference to ${target} is not allowed`);
    }
  }
}

function check(element, children, variables, found) {
  for (const constraint of element.constraint ?? []) {
    if (constraint.severity !== 'error' || !constraint.expression || skipped.test(constraint.key)) {
      continue;
    }
    for (const { node, place } of children) {
      if (!holds(constraint, element.path, node, variables)) {
        found.push(`${place}: ${constraint.key} ${constraint.human}`);
      }
    }
  }
}

/** Goes on with the definition of a node's own type. */
function visitType({ node, type, place }, variables, found) {
  if (type === 'Resource') {
    visitResource(node, variables.rootResource, place, found);
    return;
  }
  const definition = base.get(type);
  if (!definition || definition.kind !== 'complex-type' || type === 'BackboneElement' || type === 'Element') {
    return;
  }
  visit(definition, node, variables, place, found, true);
  if (type === 'Extension' && extensions.has(node.url)) {
    visit(extensions.get(node.url), node, variables, place, found, false);
  }
}
