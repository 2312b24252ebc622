import type { EndpointSettings } from '@plumbline/events';
import { intNumber, text } from '@plumbline/http';
import { z } from 'zod';
import { eventTypes, everyEvent, isEventType } from '../../announcements/event-types.ts';
import { checkTemplate } from '../../delivery/template-check.ts';
import { formatOfType } from '../../delivery/template-format.ts';
import * as domainLimits from '../../domain/endpoint/limits.ts';
import { settingsProblem } from '../../domain/endpoint/settings.ts';
import { parseIntervals } from '../../intervals.ts';
import type { NotificationsEdge } from '../edge.ts';
import { problem } from '../error-codes.ts';
import type { Caller } from './callers.ts';

const types = Object.keys(eventTypes).filter(isEventType);

const eventType = () =>
  z
    .enum([...types, everyEvent], {
      error: `is no type of event: use ${types.join(', ')}, or * for all`,
    })
    .describe('A type of event, or * for all');

const flag = (what: string) => z.boolean('must be true or false').optional().describe(what);

/** A type and, at most, that it is UTF-8: it becomes a header. */
const contentTypeForm = /^[A-Za-z]+\/[A-Za-z0-9.+-]+(; ?charset=utf-8)?$/i;

export const contentType = () =>
  text(100)
    .regex(contentTypeForm, 'must be a content type such as application/json')
    .meta({ pattern: contentTypeForm.source });

/** Texts of templates have line breaks, which other texts may not. */
export const templateText = () => z.string('must be text').describe('Mustache, without partials');

const template = z.strictObject({
  payWay: text(32).nullable().optional().describe('For this channel only; null for all others'),
  contentType: contentType(),
  text: templateText(),
});

const orNull = <S extends z.ZodType>(schema: S) => schema.nullable().optional();

/** What an endpoint is registered and changed with. */
export const settingsRequest = z.strictObject({
  url: text(domainLimits.urlCharactersMax).describe('Where notifications are posted to'),
  events: z
    .array(eventType(), 'must be a list of types of events')
    .min(1, 'must name one type at least, or *')
    .max(domainLimits.eventTypesMax, `must name ${domainLimits.eventTypesMax} types at most`),
  description: orNull(text(domainLimits.descriptionCharactersMax)),
  bodyStyle: z.enum(['FLAT', 'EVENT']).optional().describe('EVENT unless given'),
  bodyEncoding: z.enum(['JSON', 'FORM']).optional().describe('FORM is for FLAT bodies'),
  signatureField: flag('A field `signature` in FLAT bodies, beside the headers'),
  inOrder: flag('Notifications of one order wait for one another'),
  everyTenant: flag("Events of every tenant; for the platform's own endpoints"),
  intervals: orNull(
    z
      .array(z.string('must be text such as 30s'), 'must be a list such as ["30s","1m"]')
      .max(domainLimits.retriesMax, `must be at most ${domainLimits.retriesMax} waits`),
  ).describe("Waits before the retries; null for the platform's, none for no retries"),
  timeoutSeconds: orNull(intNumber({ min: 1, max: domainLimits.timeoutMsMax / 1_000 })),
  concurrency: orNull(intNumber({ min: 1, max: domainLimits.concurrencyMax })),
  ratePerSecond: orNull(intNumber({ min: 1, max: domainLimits.ratePerSecondMax })),
  templates: z
    .array(template, 'must be a list of templates')
    .max(domainLimits.templatesMax, `must be ${domainLimits.templatesMax} at most`)
    .optional(),
});

export type SettingsRequest = z.output<typeof settingsRequest>;

/**
 * The settings that were asked for, for this tenant. Errors: URL_NOT_ALLOWED, TEMPLATE_INVALID,
 * SETTINGS_INVALID and INVALID_PARAMETER, which say what to do.
 */
export function settingsOf(
  edge: NotificationsEdge,
  of: { readonly caller: Caller; readonly tenant: string; readonly body: SettingsRequest },
): EndpointSettings {
  const { body } = of;
  const judged = edge.judgeUrl(body.url);
  if (!judged.ok)
    throw problem('URL_NOT_ALLOWED', `url: ${judged.message}`, { details: { why: judged.code } });
  const everyTenant = body.everyTenant ?? false;
  // Other tenants' events would go to somebody who may not read them.
  if (everyTenant && !(of.caller.isInternal && of.tenant === edge.tenant))
    throw problem('INVALID_PARAMETER', "everyTenant: is for the platform's own endpoints only");
  const timeoutSeconds = body.timeoutSeconds ?? null;
  const settings: EndpointSettings = {
    ...{ url: body.url, description: body.description ?? null, everyTenant },
    events: [...new Set(body.events)],
    bodyStyle: body.bodyStyle ?? 'EVENT',
    bodyEncoding: body.bodyEncoding ?? 'JSON',
    ...{ signatureField: body.signatureField ?? false, inOrder: body.inOrder ?? false },
    intervalsMs: intervalsOf(body.intervals ?? null),
    timeoutMs: timeoutSeconds === null ? null : timeoutSeconds * 1_000,
    ...{ concurrencyMax: body.concurrency ?? null, ratePerSecond: body.ratePerSecond ?? null },
    templates: templatesOf(body.templates ?? []),
  };
  refuseWhatDoesNothing(settings);
  const wrong = settingsProblem(settings);
  if (wrong !== null) throw problem('SETTINGS_INVALID', wrong);
  return settings;
}

function intervalsOf(given: readonly string[] | null): readonly number[] | null {
  if (given === null) return null;
  // Joined, an empty text or one with a comma would pass for another list.
  const strange = given.find((each) => each.trim() === '' || each.includes(','));
  const found =
    strange === undefined
      ? parseIntervals(given.join(','))
      : `has ${JSON.stringify(strange)}; a wait is such as 30s or 2m`;
  if (typeof found === 'string') throw problem('INVALID_PARAMETER', `intervals: ${found}`);
  return found;
}

function templatesOf(given: NonNullable<SettingsRequest['templates']>) {
  return given.map((each, index) => {
    const [first] = checkTemplate(each.text, { format: formatOfType(each.contentType) });
    if (first !== undefined) {
      const { code, line, message } = first;
      const where = { template: index, line, why: code };
      const what = `templates.${index}, line ${line}: ${message}`;
      throw problem('TEMPLATE_INVALID', what, { details: where });
    }
    return { payWay: each.payWay ?? null, contentType: each.contentType, text: each.text };
  });
}

/** What has no meaning together would be believed to have one. */
function refuseWhatDoesNothing(settings: EndpointSettings): void {
  if (settings.bodyStyle === 'FLAT') return;
  if (settings.bodyEncoding === 'FORM')
    throw problem('SETTINGS_INVALID', 'bodyEncoding: FORM needs bodyStyle FLAT');
  if (settings.signatureField)
    throw problem('SETTINGS_INVALID', 'signatureField: needs bodyStyle FLAT');
}
