import { unreachable } from '@plumbline/kernel';
import mustache from 'mustache';
import * as limits from './limits.ts';
import type { TemplateField, TemplateFormat, TemplateView } from './template.ts';
import { isTemplateField, renderView, tags, templateFields } from './template.ts';

export const templateProblems = {
  TOO_LARGE: 'the template, or what it makes, has too many bytes or tags',
  NOT_CLOSED: 'a tag or section is open at the end, or closed and not open',
  FIELD_UNKNOWN: 'a name that is no field',
  FIELD_ALWAYS_THERE: 'a section of a field that is never missing',
  NOT_ESCAPED: 'a value that would not be escaped',
  PARTIAL: 'a piece of another template',
  DELIMITERS: 'other signs for tags',
  TOO_DEEP: 'sections within sections beyond the limit',
  NOT_JSON: 'it does not make JSON of every notification',
  NOT_FORM: 'a sign that a form has to percent-encode',
} as const;
export type TemplateProblemCode = keyof typeof templateProblems;

export interface TemplateProblem {
  readonly code: TemplateProblemCode;
  /** From 1. */
  readonly line: number;
  /** What is wrong, and what to do. */
  readonly message: string;
}

type Add = (code: TemplateProblemCode, offset: number, message: string) => void;

/**
 * What keeps a template from being used, all of it at once; empty: it may be. A template names fields
 * and sections of fields that may be missing. There is no list to go through and nothing to call, so
 * that it ends, and reaches nothing but the notification.
 *
 * Of a JSON template it is shown that every notification makes JSON by it: it is rendered with values
 * that are JSON inside quotes only, for every way in which its sections can be there or not. Outside
 * of quotes numbers may stand (amount, sequence, occurredAtMs), which are tried in each form that
 * they have. A sample alone would prove nothing: `{"a": {{orderNo}}}` is JSON for order 1. That takes
 * milliseconds, and 0.3 s for the worst template that the limits let pass: it is for saving.
 */
export function checkTemplate(
  text: string,
  { format }: { readonly format: TemplateFormat },
): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const add: Add = (code, offset, message) => {
    const line = text.slice(0, offset).split('\n').length;
    if (problems.length < limits.templateProblemsMax) problems.push({ code, line, message });
  };
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.templateBytesMax) {
    const what = `the template has ${bytes} bytes; ${limits.templateBytesMax} at most`;
    add('TOO_LARGE', 0, `${what}: leave something out`);
    return problems;
  }
  const tokens = parse(text, add);
  if (tokens === null) return problems;
  const used: Used = { variables: new Set(), sections: new Set(), tags: 0 };
  look({ tokens, depth: 0, format, used }, add);
  if (used.tags > limits.templateTagsMax)
    add('TOO_LARGE', 0, `the template has ${used.tags} tags; ${limits.templateTagsMax} at most`);
  if (problems.length === 0) tryOut(text, used, { format, add });
  return problems;
}

/** `[type, value, start, end, children?]`, as mustache.js parses it. */
type Token = readonly [type: string, value: string, start: number, end: number, children?: unknown];

interface Used {
  readonly variables: Set<TemplateField>;
  readonly sections: Set<TemplateField>;
  tags: number;
}

function parse(text: string, add: Add): readonly Token[] | null {
  try {
    return new mustache.Writer().parse(text, tags) as readonly Token[];
  } catch (error) {
    // 'Unclosed section "x" at 12'
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/ at (\d+)$/.exec(message)?.[1] ?? 0);
    const what = message.replace(/ at \d+$/, '');
    add('NOT_CLOSED', offset, `${what}: each {{ needs its }}, and each {{#field}} its {{/field}}`);
    return null;
  }
}

interface Look {
  readonly tokens: readonly Token[];
  readonly depth: number;
  readonly format: TemplateFormat;
  readonly used: Used;
}

function look({ tokens, depth, format, used }: Look, add: Add): void {
  for (const [type, name, start, , children] of tokens) {
    if (type !== 'text') used.tags += 1;
    switch (type) {
      case 'text':
        if (format === 'FORM') lookAtFormText(name, start, add);
        break;
      case '!':
        break;
      case 'name':
        if (isTemplateField(name)) used.variables.add(name);
        else add('FIELD_UNKNOWN', start, unknownField(name));
        break;
      case '#':
      case '^':
        lookAtSection(name, start, add);
        if (isTemplateField(name)) used.sections.add(name);
        if (depth < limits.sectionDepthMax) {
          look({ tokens: children as readonly Token[], depth: depth + 1, format, used }, add);
        } else {
          const what = `sections stand in one another more than ${limits.sectionDepthMax} deep`;
          add('TOO_DEEP', start, `${what}: end one before the next begins`);
        }
        break;
      case '&':
        add(
          'NOT_ESCAPED',
          start,
          `write {{${name}}}: it is escaped for the format, as it has to be`,
        );
        break;
      case '>':
        add('PARTIAL', start, `{{> ${name}}} names another template: write its text here`);
        break;
      default:
        add('DELIMITERS', start, 'leave out {{= =}}: tags are {{ and }}');
    }
  }
}

const unknownField = (name: string): string =>
  `${JSON.stringify(name)} is no field: use one of ${Object.keys(templateFields).join(', ')}`;

function lookAtSection(name: string, start: number, add: Add): void {
  if (!isTemplateField(name)) {
    add('FIELD_UNKNOWN', start, unknownField(name));
    return;
  }
  const presence = templateFields[name];
  switch (presence) {
    case 'may be missing':
      break;
    case 'always':
      add('FIELD_ALWAYS_THERE', start, `${name} is never missing: leave the section's tags out`);
      break;
    default:
      unreachable(presence);
  }
}

/** What is no part of application/x-www-form-urlencoded, and a % that encodes nothing. */
const formStranger = /[^A-Za-z0-9*\-._~!'(),:;/?@$+&=%]|%(?![0-9A-Fa-f]{2})/;

function lookAtFormText(text: string, start: number, add: Add): void {
  const found = formStranger.exec(text);
  if (found === null) return;
  const what = `${JSON.stringify(found[0])} cannot stand in a form`;
  add('NOT_FORM', start + found.index, `${what}: percent-encode it, and write a=b&c=d on one line`);
}

/** Inside quotes it is JSON whatever stands before it, and outside it never is. */
const hostileValue = 'x"\\\n\u2028{{orderNo}}';

const numberForms: Readonly<Partial<Record<TemplateField, readonly string[]>>> = {
  amount: ['0', '7', '0.50', '100.00'],
  sequence: ['0', '7'],
  occurredAtMs: ['0', '1767225600000'],
};

interface TryOut {
  readonly format: TemplateFormat;
  readonly add: Add;
}

function tryOut(text: string, used: Used, { format, add }: TryOut): void {
  const hostile = fieldsOf(() => hostileValue);
  const present = renderView(text, hostile, { format });
  if (Buffer.byteLength(present) > limits.bodyBytesMax) {
    add('TOO_LARGE', 0, `the template makes more than ${limits.bodyBytesMax} bytes`);
    return;
  }
  if (format !== 'JSON') return;
  const ways = [...used.sections].reduce<readonly TemplateView[]>(
    (views, field) => views.flatMap((view) => [view, { ...view, [field]: '' }]),
    [hostile],
  );
  // A field that may be missing is tried missing, too, where only a variable names it.
  const bare = [...used.variables].filter((field) => templateFields[field] === 'may be missing');
  const missing = bare.map((field) => ({ ...hostile, [field]: '' }));
  const failing = firstFailing(text, [...ways, ...missing]);
  if (failing === null) return;
  const numbers = [...used.variables].filter((field) => numberForms[field] !== undefined);
  const withNumbers = numbers.reduce<readonly TemplateView[]>(
    (views, field) =>
      views.flatMap((view) =>
        (numberForms[field] ?? []).map((form) => ({ ...view, [field]: form })),
      ),
    [...ways, ...missing],
  );
  const still = numbers.length === 0 ? failing : firstFailing(text, withNumbers);
  if (still !== null) add('NOT_JSON', still.offset, still.message);
}

const fieldsOf = (value: (field: TemplateField) => string): TemplateView =>
  Object.fromEntries(
    Object.keys(templateFields)
      .filter(isTemplateField)
      .map((field) => [field, value(field)]),
  ) as TemplateView;

interface Failing {
  readonly offset: number;
  readonly message: string;
}

/** The first of the views that makes no JSON. */
function firstFailing(text: string, views: readonly TemplateView[]): Failing | null {
  const writer = new mustache.Writer();
  for (const view of views) {
    try {
      JSON.parse(renderView(text, view, { format: 'JSON', writer }));
    } catch {
      return { offset: 0, message: whatFails(view) };
    }
  }
  return null;
}

function whatFails(view: TemplateView): string {
  const missing = Object.keys(templateFields).filter(
    (name) => isTemplateField(name) && view[name] === '',
  );
  const when = missing.length === 0 ? '' : ` when ${missing.join(' and ')} is missing`;
  const what = `the template does not make JSON${when}`;
  return `${what}: put quotes round each value, and commas inside the sections that need them`;
}
