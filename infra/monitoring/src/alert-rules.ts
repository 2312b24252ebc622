import { parse } from 'yaml';
import { z } from 'zod';

/** Who is woken: `critical` pages, `warning` waits for working hours. */
export const severities = ['critical', 'warning'] as const;

const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'is no duration of Prometheus: 90s, 5m');
const sentence = z.string().regex(/\S.*\.$/s, 'is no sentence');

/** Stricter than Prometheus: nothing is left out that whoever is woken needs. */
const alertRule = z.strictObject({
  alert: z.string().regex(/^Plumbline[A-Z][A-Za-z]*$/, 'is not called PlumblineSomething'),
  expr: z.string().min(1),
  for: duration,
  labels: z.strictObject({ severity: z.enum(severities) }),
  annotations: z.strictObject({
    summary: sentence,
    description: sentence,
    runbook_url: z.string(),
  }),
});

const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({ name: z.string(), interval: duration.optional(), rules: z.array(alertRule) }),
  ),
});

export type AlertRule = z.output<typeof alertRule>;

/** The rules of a file of alert rules, in its order. Errors: a list in words, of all that is wrong. */
export function readAlertRules(text: string): readonly AlertRule[] {
  const read = ruleFile.safeParse(parse(text));
  if (!read.success) throw new Error(z.prettifyError(read.error));
  return read.data.groups.flatMap(({ rules }) => rules);
}

/** Labels that a text for people takes from the alert: `{{ $labels.rule }}`. */
export const labelsInText = (text: string): readonly string[] =>
  [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
