import type { Route } from '@plumbline/http';
import { defineRoute, intNumber, text } from '@plumbline/http';
import { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import * as limits from '../limits.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import { callbackFaults, callFaults, faultsOn, garbles, occasions } from '../misbehaviour/rule.ts';
import { problem } from './error-codes.ts';
import { gatewayName, reference, share } from './fields.ts';
import { autopayView, ruleView, showAutopay, showRule } from './views.ts';

const faults = [...new Set([...callbackFaults, ...callFaults])];

const params = z.strictObject({
  ms: intNumber({ min: 0, max: limits.ruleMsMax }).nullish(),
  copies: intNumber({ min: 2, max: limits.copiesMax }).nullish(),
  garble: z.enum(garbles).nullish(),
});

const ruleId = () => z.string().regex(/^[0-9A-Za-z_-]{1,64}$/, 'must be of 0-9, A-Z, a-z, _ and -');

const ruleBody = z.strictObject({
  id: ruleId().optional(),
  gateway: gatewayName().nullish(),
  reference: reference().nullish(),
  on: z.enum(occasions),
  what: z.enum(faults),
  probability: share().optional(),
  times: intNumber({ min: 1, max: 1_000_000 }).nullish(),
  params: params.optional(),
});

/** Throws RULE_DOES_NOT_FIT for what makes no sense. */
export function ruleOf(id: string, body: Omit<z.output<typeof ruleBody>, 'id'>): Rule {
  const { on, what } = body;
  if (!faultsOn[on].includes(what))
    throw problem('RULE_DOES_NOT_FIT', `${what} on ${on}; there are ${faultsOn[on].join(', ')}`);
  const facts = {
    id,
    gateway: body.gateway ?? null,
    reference: body.reference ?? null,
    probability: body.probability ?? 1,
    times: body.times ?? null,
    ms: body.params?.ms ?? null,
    copies: body.params?.copies ?? 2,
    garble: body.params?.garble ?? 'body',
  };
  // The table above has just said that the two belong together.
  return { ...facts, on, what } as Rule;
}

export const ruleRoutes = (engine: Engine): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/control/rules',
    summary: 'Lists the rules of misbehaviour, in the order in which they are tried',
    request: {},
    responses: {
      200: { description: 'The rules', schema: z.strictObject({ rules: z.array(ruleView) }) },
    },
    handler: () => ({
      status: 200,
      body: { rules: [...engine.books().rules.values()].map(showRule) },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/control/rules',
    summary: 'Adds a rule of misbehaviour',
    description:
      'At each occasion the first rule that fits and fires decides. `times` counts for each ' +
      'reference by itself. `params.ms` is how late or how long, `copies` how often, `garble` what.',
    request: { body: ruleBody },
    responses: {
      200: { description: 'The rule', schema: ruleView },
      400: { description: 'Wrong fields, or RULE_DOES_NOT_FIT' },
      409: { description: 'RULE_EXISTS or TOO_MANY_RULES' },
    },
    handler: async ({ body }) => {
      const { id: wanted, ...rest } = body;
      const { rules, rulesAdded } = engine.books();
      const id = wanted ?? `r${rulesAdded + 1}`;
      if (rules.has(id)) throw problem('RULE_EXISTS');
      if (rules.size >= limits.rulesMax) throw problem('TOO_MANY_RULES');
      const rule = ruleOf(id, rest);
      await engine.set({ type: 'rule-added', rule });
      return { status: 200, body: showRule(rule) };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/control/rules/:ruleId',
    summary: 'Deletes a rule of misbehaviour',
    request: { params: z.strictObject({ ruleId: ruleId() }) },
    responses: {
      200: { description: 'The rule that was', schema: ruleView },
      404: { description: 'RULE_NOT_FOUND' },
    },
    handler: async ({ params: { ruleId: id } }) => {
      const rule = engine.books().rules.get(id);
      if (!rule) throw problem('RULE_NOT_FOUND');
      await engine.set({ type: 'rule-deleted', ruleId: id });
      return { status: 200, body: showRule(rule) };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/control/rules',
    summary: 'Deletes all rules of misbehaviour',
    request: {},
    responses: {
      200: { description: 'How many there were', schema: z.strictObject({ deleted: z.number() }) },
    },
    handler: async () => {
      const ids = [...engine.books().rules.keys()];
      for (const id of ids) await engine.set({ type: 'rule-deleted', ruleId: id });
      return { status: 200, body: { deleted: ids.length } };
    },
  }),
];

const seedView = z.strictObject({ seed: z.string() });
const seedBody = z.strictObject({ seed: text(64) });

const autopayBody = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        gateway: gatewayName().nullish(),
        probability: share().optional(),
        declineProbability: share().optional(),
        delayMsMin: intNumber({ min: 0, max: limits.ruleMsMax }).optional(),
        delayMsMax: intNumber({ min: 0, max: limits.ruleMsMax }).optional(),
      }),
    )
    .max(limits.rulesMax),
});

const autopayAnswer = z.strictObject({ rules: z.array(autopayView) });

export const chanceRoutes = (engine: Engine): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/control/seed',
    summary: 'Reads the seed of every draw',
    request: {},
    responses: { 200: { description: 'The seed', schema: seedView } },
    handler: () => ({ status: 200, body: { seed: engine.books().seed } }),
  }),
  defineRoute({
    method: 'put',
    path: '/control/seed',
    summary: 'Sets the seed of every draw',
    request: { body: seedBody },
    responses: { 200: { description: 'The seed', schema: seedView } },
    handler: async ({ body: { seed } }) => {
      await engine.set({ type: 'seed-set', seed });
      return { status: 200, body: { seed } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/control/autopay',
    summary: 'Reads who pays new payments by itself',
    request: {},
    responses: { 200: { description: 'The rules', schema: autopayAnswer } },
    handler: () => ({ status: 200, body: { rules: engine.books().autopay.map(showAutopay) } }),
  }),
  defineRoute({
    method: 'put',
    path: '/control/autopay',
    summary: 'Says who pays new payments by itself; an empty list for nobody',
    description:
      'The first rule for the gateway decides: with `probability` somebody pays, or with ' +
      '`declineProbability` of those declines, after a delay drawn between the two bounds.',
    request: { body: autopayBody },
    responses: { 200: { description: 'The rules', schema: autopayAnswer } },
    handler: async ({ body }) => {
      const rules = body.rules.map((rule) => {
        const delayMsMin = rule.delayMsMin ?? 0;
        return {
          gateway: rule.gateway ?? null,
          probability: rule.probability ?? 1,
          declineProbability: rule.declineProbability ?? 0,
          delayMsMin,
          delayMsMax: Math.max(delayMsMin, rule.delayMsMax ?? delayMsMin),
        };
      });
      await engine.set({ type: 'autopay-set', rules });
      return { status: 200, body: { rules: rules.map(showAutopay) } };
    },
  }),
];
