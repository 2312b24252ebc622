import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NotificationContent } from './body.ts';
import type { TemplateFormat } from './template.ts';
import { BodyTooLarge, renderTemplate, templateFields } from './template.ts';
import { checkTemplate } from './template-check.ts';

const content: NotificationContent = {
  ...{ notificationId: 'ntf_1', type: 'payment.succeeded', paymentId: 'p1', orderNo: 'H"1"\\' },
  ...{ amount: '100.00', currency: 'CNY', status: 'SUCCESS', paymentMethod: '支付 宝&co' },
  ...{ transactionId: null, refundId: null, occurredAtMs: Date.UTC(2026, 0, 1), sequence: 3 },
  ...{ tenant: 'main', dataJson: null },
};
const codesOf = (text: string, format: TemplateFormat = 'TEXT') =>
  checkTemplate(text, { format }).map(({ code }) => code);

describe('a template', () => {
  it('writes values as the format needs them', () => {
    const json = '{"no":"{{orderNo}}","way":"{{paymentMethod}}","n":{{sequence}},"sum":{{amount}}}';
    expect(checkTemplate(json, { format: 'JSON' })).toEqual([]);
    expect(renderTemplate(json, content, { format: 'JSON' })).toBe(
      '{"no":"H\\"1\\"\\\\","way":"支付 宝&co","n":3,"sum":100.00}',
    );
    const form = 'no={{orderNo}}&way={{paymentMethod}}&at={{timestamp}}';
    expect(checkTemplate(form, { format: 'FORM' })).toEqual([]);
    expect(renderTemplate(form, content, { format: 'FORM' })).toBe(
      'no=H%221%22%5C&way=%E6%94%AF%E4%BB%98+%E5%AE%9D%26co&at=2026-01-01T00%3A00%3A00.000Z',
    );
    const text = '{{orderNo}} <{{paymentMethod}}>';
    expect(checkTemplate(text, { format: 'TEXT' })).toEqual([]);
    expect(renderTemplate(text, content, { format: 'TEXT' })).toBe('H"1"\\ <支付 宝&co>');
  });

  it('leaves out, or puts in, what belongs to a missing field', () => {
    const json =
      '{"no":"{{orderNo}}"{{#transactionId}},"transaction":"{{transactionId}}"{{/transactionId}}' +
      '{{^transactionId}},"transaction":null{{/transactionId}}}';
    expect(checkTemplate(json, { format: 'JSON' })).toEqual([]);
    const render = (transactionId: string | null) =>
      renderTemplate(json, { ...content, orderNo: 'H1', transactionId }, { format: 'JSON' });
    expect(render(null)).toBe('{"no":"H1","transaction":null}');
    expect(render('t1')).toBe('{"no":"H1","transaction":"t1"}');
  });

  it('never reads a value as a template, nor names beyond the fields', () => {
    const orderNo = '{{tenant}}{{{status}}}{{> x}}{{#a}}';
    const rendered = renderTemplate('{{orderNo}}', { ...content, orderNo }, { format: 'TEXT' });
    expect(rendered).toBe(orderNo);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', ''])
      expect(renderTemplate(`{{${name}}}`, content, { format: 'TEXT' })).toBe('');
  });

  it('names every field there is', () => {
    const text = Object.keys(templateFields)
      .map((name) => `${name}={{${name}}}`)
      .join('\n');
    expect(codesOf(text)).toEqual([]);
    const full = { ...content, transactionId: 't', refundId: 'r', dataJson: '{}' };
    const rendered = renderTemplate(text, full, { format: 'TEXT' });
    for (const line of rendered.split('\n')) expect(line).toMatch(/^\w+=.+$/);
  });

  it('that makes more than a body may have says so', () => {
    const large = { ...content, dataJson: 'x'.repeat(60_000) };
    const text = '{{dataJson}}';
    expect(renderTemplate(text, large, { format: 'TEXT' })).toHaveLength(60_000);
    const twice = () => renderTemplate(text + text, large, { format: 'TEXT' });
    expect(twice).toThrow(BodyTooLarge);
  });
});

describe('a template is refused', () => {
  it.each([
    ['{{price}}', 'FIELD_UNKNOWN'],
    ['{{constructor}}', 'FIELD_UNKNOWN'],
    ['{{__proto__}}', 'FIELD_UNKNOWN'],
    ['{{.}}', 'FIELD_UNKNOWN'],
    ['{{}}', 'FIELD_UNKNOWN'],
    ['{{orderNo.length}}', 'FIELD_UNKNOWN'],
    ['{{#lines}}x{{/lines}}', 'FIELD_UNKNOWN'],
    ['{{#orderNo}}x{{/orderNo}}', 'FIELD_ALWAYS_THERE'],
    ['{{^orderNo}}x{{/orderNo}}', 'FIELD_ALWAYS_THERE'],
    ['{{{orderNo}}}', 'NOT_ESCAPED'],
    ['{{& orderNo}}', 'NOT_ESCAPED'],
    ['{{> orderNo}}', 'PARTIAL'],
    ['{{=<% %>=}}', 'DELIMITERS'],
    ['{{orderNo', 'NOT_CLOSED'],
    ['{{#refundId}}', 'NOT_CLOSED'],
    ['{{/refundId}}', 'NOT_CLOSED'],
    ['{{#refundId}}{{/currency}}', 'NOT_CLOSED'],
    ['x'.repeat(16_385), 'TOO_LARGE'],
    ['{{orderNo}}'.repeat(501), 'TOO_LARGE'],
  ])('%#: %j', (text, code) => {
    expect(codesOf(text)).toEqual([code]);
  });

  it('with the line, and with what to do', () => {
    expect(checkTemplate('a\n{{price}}\n{{{amount}}}', { format: 'TEXT' })).toEqual([
      {
        ...{ code: 'FIELD_UNKNOWN', line: 2 },
        message: `"price" is no field: use one of ${Object.keys(templateFields).join(', ')}`,
      },
      {
        ...{ code: 'NOT_ESCAPED', line: 3 },
        message: 'write {{amount}}: it is escaped for the format, as it has to be',
      },
    ]);
    expect(checkTemplate('a\n\n{{#refundId}}', { format: 'TEXT' })).toMatchObject([
      { code: 'NOT_CLOSED', line: 3 },
    ]);
    expect(checkTemplate('a=b\n&c=d', { format: 'FORM' })).toMatchObject([
      { code: 'NOT_FORM', line: 1 },
    ]);
  });

  it('six sections deep', () => {
    const nested = (depth: number) => '{{#refundId}}'.repeat(depth) + '{{/refundId}}'.repeat(depth);
    expect(codesOf(nested(5))).toEqual([]);
    expect(codesOf(nested(6))).toEqual(['TOO_DEEP']);
    expect(codesOf(nested(600))).toContain('TOO_DEEP');
  });

  it('with no more problems than anybody reads', () => {
    expect(checkTemplate('{{x}}'.repeat(100), { format: 'TEXT' })).toHaveLength(20);
  });

  it.each([
    ['{"no":{{orderNo}}}', 'an order number outside of quotes'],
    ['{"no":"{{orderNo}}"', 'no end'],
    ['{"no":"\\{{orderNo}}"}', 'a backslash before a value'],
    ['{"no":"\\u12{{orderNo}}"}', 'half an escape before a value'],
    ['{"no":"a\n{{orderNo}}"}', 'a line break inside quotes'],
    ['{"n":{{sequence}}1}', 'a digit after a number'],
    ['{"n":0{{sequence}}}', 'a digit before a number'],
    ['{"n":{{amount}}.5}', 'a number that has two points'],
    ['{"n":{{currency}}}', 'what may be missing outside of quotes'],
    ['{{#refundId}}{}{{/refundId}}', 'nothing when a field is missing'],
    ['{"a":1,{{#refundId}}"r":"{{refundId}}"{{/refundId}}}', 'a comma before what may be missing'],
    [
      '{ {{#refundId}}"a":1{{/refundId}}{{#currency}},"b":1{{/currency}} }',
      'one without the other',
    ],
    ['{"a":1{{^refundId}},{{/refundId}} }', 'a comma where a field is missing'],
    ['', 'nothing'],
  ])('for JSON: %j has %s', (text) => {
    expect(codesOf(text, 'JSON')).toEqual(['NOT_JSON']);
  });

  it('for JSON even where the first notifications would make JSON by luck', () => {
    const text = '{"no":{{orderNo}}}';
    const render = (orderNo: string) =>
      renderTemplate(text, { ...content, orderNo }, { format: 'JSON' });
    expect(JSON.parse(render('1'))).toEqual({ no: 1 });
    expect(() => JSON.parse(render('H1')) as unknown).toThrow(SyntaxError);
    expect(codesOf(text, 'JSON')).toEqual(['NOT_JSON']);
  });

  it('for JSON, saying when it fails', () => {
    const text = '{"a":1,{{#refundId}}"r":"{{refundId}}"{{/refundId}}}';
    const [problem] = checkTemplate(text, { format: 'JSON' });
    expect(problem?.message).toMatch(/does not make JSON when refundId is missing: put quotes/);
  });

  it.each(['a=b c', 'a="b"', 'a=茶', 'a=%', 'a=%4', 'a=%{{orderNo}}', 'a=b\n', 'a=<b>', 'a=b#'])(
    'for a form: %j',
    (text) => {
      expect(codesOf(text, 'FORM')).toEqual(['NOT_FORM']);
    },
  );
});

describe('whatever is written', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '"',
      '\\',
      '","a":"',
      '{{orderNo}}',
      '\u0000',
      '\ud800',
      '\u2028',
      '%',
      '&a=b',
      '',
    ),
  );
  const contents: fc.Arbitrary<NotificationContent> = fc.record({
    ...{ notificationId: hostile, type: hostile, paymentId: hostile, orderNo: hostile },
    amount: fc.constantFrom('0', '100', '0.01', '12345678901234567890.99'),
    ...{ status: hostile, tenant: hostile, currency: fc.option(hostile) },
    ...{ paymentMethod: fc.option(hostile), transactionId: fc.option(hostile) },
    ...{ refundId: fc.option(hostile), dataJson: fc.option(hostile) },
    occurredAtMs: fc.nat(),
    sequence: fc.nat(),
  });
  const names = fc.constantFrom(...Object.keys(templateFields));
  const pieces = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '"a":',
      '"b"',
      '"',
      ',',
      ':',
      '[',
      ']',
      '1',
      '\\',
      '0',
      '.',
      '\n',
      ' ',
    ),
    names.map((name) => `{{${name}}}`),
    names.map((name) => `"${name}":"{{${name}}}"`),
    names.map((name) => `{{#${name}}},"${name}":"{{${name}}}"{{/${name}}}`),
    names.map((name) => `{{^${name}}},"${name}":null{{/${name}}}`),
  );
  const templates = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
    fc.array(pieces, { maxLength: 6 }).map((some) => `{"x":1${some.join('')}}`),
    fc.array(pieces, { maxLength: 4 }).map((some) => `["${some.join('')}"]`),
  );

  it('a JSON template that is taken makes JSON of every notification', () => {
    let taken = 0;
    fc.assert(
      fc.property(templates, fc.array(contents, { minLength: 4, maxLength: 4 }), (text, some) => {
        if (codesOf(text, 'JSON').length > 0) return;
        taken += 1;
        for (const each of some) JSON.parse(renderTemplate(text, each, { format: 'JSON' }));
      }),
      { numRuns: 4_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('a form has the fields of its template and no others, with their values', () => {
    const text = 'a={{orderNo}}&b={{paymentMethod}}&c=1';
    fc.assert(
      fc.property(contents, (each) => {
        const form = new URLSearchParams(renderTemplate(text, each, { format: 'FORM' }));
        expect([...form.keys()]).toEqual(['a', 'b', 'c']);
        const wellFormed = Buffer.from(each.orderNo).toString();
        expect(form.get('a')).toBe(wellFormed);
      }),
    );
  });

  it('any text is judged without an error', () => {
    const signs = fc.constantFrom(
      '{{',
      '}}',
      '{',
      '}',
      '#',
      '^',
      '/',
      '>',
      '&',
      '=',
      '!',
      ' ',
      '\n',
      'refundId',
    );
    const text = fc.array(fc.oneof(signs, fc.string({ maxLength: 3 })), { maxLength: 40 });
    const format = fc.constantFrom('JSON', 'FORM', 'TEXT');
    fc.assert(
      fc.property(text, format, (some, as) => {
        const problems = checkTemplate(some.join(''), { format: as });
        if (problems.length > 0) return;
        expect(typeof renderTemplate(some.join(''), content, { format: as })).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });
});
