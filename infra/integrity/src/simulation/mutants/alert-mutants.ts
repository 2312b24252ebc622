import type { ActivateRules, PaymentCreated } from '@plumbline/events';
import type { Mutant } from './mutant.ts';
import { given } from './wrap-topology.ts';

const alertTask = 'consistency-alerts';

/** What rules ask, and by which numbers: wrong. */
export const alertMutants: readonly Mutant[] = [
  {
    name: 'only-graces-are-set',
    what: 'of what a record sets of a rule only its grace is kept, and no other number',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, alertTask, (said) => {
        if (said.payload.type !== 'ActivateRules') return said;
        const { rules, reason } = said.payload.data as ActivateRules;
        const data = { reason, rules: rules.map((rule) => ({ ...rule, values: [] })) };
        return { ...said, payload: { type: 'ActivateRules', data } };
      }),
  },
  {
    name: 'refunds-unheard',
    what: 'alerts do not know how refunds go on, so that each is stuck and none is too much',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, alertTask, (said) =>
        ['RefundProcessing', 'RefundSucceeded', 'RefundFailed'].includes(said.payload.type)
          ? null
          : said,
      ),
  },
  {
    name: 'answers-unheard',
    what: 'what the gateway answers is not compared with what stands here',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, alertTask, (said) =>
        said.payload.type === 'GatewayCallReported' ? null : said,
      ),
  },
  {
    name: 'cent-beside',
    what: 'the amount of a payment is a cent beside what the payment says',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, alertTask, (said) => {
        if (said.payload.type !== 'PaymentCreated') return said;
        const data = said.payload.data as PaymentCreated;
        const payload = {
          type: 'PaymentCreated',
          data: { ...data, amountMinor: data.amountMinor + 1n },
        };
        return { ...said, payload };
      }),
  },
];
