import type { IncidentKind } from '@plumbline/events';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { PaymentView } from './payment-view.ts';
import type { HeardWord, ToldView } from './told-view.ts';
import type { IncidentView, JoinedView } from './view.ts';

/** What should be seen of an endpoint, and how much it matters that it is not. */
const words: Readonly<
  Record<IncidentKind, { readonly expected: string; readonly severity: Finding['severity'] }>
> = {
  FAILING: { expected: 'the endpoint takes notifications', severity: 'WARNING' },
  EXHAUSTED: { expected: 'a notification is delivered within its schedule', severity: 'CRITICAL' },
  GONE: { expected: 'the endpoint exists', severity: 'WARNING' },
  // No merchant can bring this about: a retry that nobody begins is a defect of the platform.
  OVERDUE: { expected: 'a retry begins in its time', severity: 'CRITICAL' },
  UNKNOWN: { expected: 'the endpoint takes notifications', severity: 'WARNING' },
};

const minuteMs = 60_000;

/** Endpoints that an alert names; each has its delivery in the evidence. */
const namedMax = 5;

/**
 * ALERTS.md, rule U: a merchant is not told, or was told something else than is true
 * (hyperswitch#9278). The endpoint itself decides what an incident is, and when it is over; there is
 * one alert of each. What was told is asked of an order, whichever endpoints it was.
 */
export const merchantIsNotTold: Rule = {
  id: 'U',
  version: 1,
  title: 'Merchant not told, or told something else than is true',
  severity: 'WARNING',
  graceMs: 0,
  parameters: [
    {
      ...{ name: 'correctionGraceMs', unit: 'ms', default: 10 * minuteMs },
      ...{ min: 0, max: 7 * 24 * 60 * minuteMs },
      meaning: 'how long what an endpoint took last may say otherwise than the payment stands',
    },
  ],
  howSeen: 'incidents of an endpoint, as deliveries to it show them',
  find({ endpoint, payment, told }: JoinedView) {
    if (endpoint !== null) return endpoint.incidents.map(findingOf);
    return payment === null || told === null ? nothing : toldOtherwise(payment, told);
  },
};

/** What would be right to say; `null` while nobody knows how it ends. */
const truthOf = ({ status }: PaymentView, says: HeardWord['says']): HeardWord['says'] | null => {
  if (status === 'SUCCESS') return 'PAID';
  if (status === 'FAILED' || status === 'CLOSED') return 'UNPAID';
  // That it was paid is wrong of an open payment; that it was not is said again when it ends.
  return says === 'PAID' ? 'UNPAID' : null;
};

const wordsOfPayment = { PAID: 'paid', UNPAID: 'not paid' } as const;

/** Whoever was told that money came, and it did not, hands over goods for nothing. */
function toldOtherwise(payment: PaymentView, { heard }: ToldView): readonly Finding[] {
  const wrong = heard.filter(({ says }) => {
    const truth = truthOf(payment, says);
    return truth !== null && truth !== says;
  });
  const [first] = wrong;
  if (first === undefined) return nothing;
  const { payNo, status, since } = payment;
  const said = wordsOfPayment[first.says];
  const names = wrong.slice(0, namedMax).map(({ endpointId }) => endpointId);
  const more = wrong.length - names.length;
  const who = more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
  return [
    {
      summary: `payment ${payNo} is ${status}, and ${who} took last that it was ${said}`,
      expected: `told that payment ${payNo} is ${status}`,
      actual: `told that it was ${said}`,
      evidence: [since, ...wrong.slice(0, namedMax).map(({ seen }) => seen)],
      severity: first.says === 'PAID' ? 'CRITICAL' : 'WARNING',
      condition: 'told',
      grace: 'correctionGraceMs',
      howSeen: 'payment and notification events joined by order, in broker time',
    },
  ];
}

function findingOf({ incidentId, kind, detail, seen }: IncidentView): Finding {
  const { expected, severity } = words[kind];
  return {
    summary: detail,
    expected,
    actual: kind,
    evidence: [seen],
    saidBy: seen,
    condition: incidentId,
    ...(severity === undefined ? {} : { severity }),
  };
}
