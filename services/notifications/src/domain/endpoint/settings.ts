import type { EndpointSettings } from '@plumbline/events';
import * as limits from './limits.ts';

const within = (value: number | null, min: number, max: number): boolean =>
  value === null || (Number.isSafeInteger(value) && value >= min && value <= max);

/** What is wrong with them, in words; null for nothing. The URL itself is judged at the edge. */
export function settingsProblem(settings: EndpointSettings): string | null {
  const { url, events, intervalsMs, timeoutMs, ratePerSecond, templates } = settings;
  const { waitMsMin, waitMsMax, timeoutMsMin, timeoutMsMax } = limits;
  if (url === '' || url.length > limits.urlCharactersMax) return 'url: 1 to 2,048 characters';
  if (events.length === 0 || events.length > limits.eventTypesMax)
    return `events: 1 to ${limits.eventTypesMax} types`;
  if ((intervalsMs?.length ?? 0) > limits.retriesMax)
    return `intervals: ${limits.retriesMax} retries at most`;
  if (intervalsMs?.some((each) => !within(each, waitMsMin, waitMsMax)) === true)
    return 'intervals: each wait takes 1 s to 72 h';
  const totalMs = (intervalsMs ?? []).reduce((sum, each) => sum + each, 0);
  if (totalMs > waitMsMax) return 'intervals: all waits together take 72 h at most';
  if (!within(timeoutMs, timeoutMsMin, timeoutMsMax)) return 'timeout: 1 s to 60 s';
  if (!within(settings.concurrencyMax, 1, limits.concurrencyMax))
    return `concurrency: 1 to ${limits.concurrencyMax}`;
  if (!within(ratePerSecond, 1, limits.ratePerSecondMax))
    return `rate: 1 to ${limits.ratePerSecondMax} a second`;
  if (templates.length > limits.templatesMax) return `templates: ${limits.templatesMax} at most`;
  const ways = templates.map(({ payWay }) => payWay ?? '');
  if (new Set(ways).size !== ways.length) return 'templates: one for each channel at most';
  if ((settings.description?.length ?? 0) > limits.descriptionCharactersMax)
    return `description: ${limits.descriptionCharactersMax} characters at most`;
  return null;
}

/** Field by field, in the order of the schema. */
export const isSameSettings = (one: EndpointSettings, other: EndpointSettings): boolean =>
  JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

const ordered = (settings: EndpointSettings): readonly unknown[] => [
  ...[settings.url, settings.description, settings.events, settings.everyTenant],
  ...[settings.bodyStyle, settings.bodyEncoding, settings.signatureField, settings.inOrder],
  ...[settings.intervalsMs, settings.timeoutMs, settings.concurrencyMax, settings.ratePerSecond],
  settings.templates.map(({ payWay, contentType, text }) => [payWay, contentType, text]),
];
