import { describe, expect, it } from 'vitest';
import type { LanguageTag } from './language.ts';
import { catalogue, createLanguage, languages, preferredLanguage } from './language.ts';
import type { MessageKey } from './messages-en.ts';
import { en } from './messages-en.ts';

const tags = Object.keys(languages) as LanguageTag[];
const keys = Object.keys(en) as MessageKey[];
const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the catalogue of texts', () => {
  it.each(tags)('has every text in %s, with the same places to fill in', (tag) => {
    expect(Object.keys(catalogue[tag]).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect(catalogue[tag][key].trim(), key).not.toBe('');
      expect(places(catalogue[tag][key]), key).toEqual(places(en[key]));
    }
  });

  it('leaves little in English in the other languages', () => {
    for (const tag of ['zh', 'ja'] as const) {
      const same = keys.filter((key) => catalogue[tag][key] === en[key]);
      expect(same).toEqual(['app.none']);
    }
  });
});

describe('the language', () => {
  it.each([
    [['ja-JP', 'en'], 'ja'],
    [['fr', 'zh-Hant-TW'], 'zh'],
    [['fr', 'de'], 'en'],
    [[], 'en'],
    [['constructor'], 'en'],
  ] as const)('of a person who reads %j is %s', (wanted, tag) => {
    expect(preferredLanguage(wanted)).toBe(tag);
  });

  it('fills in what a text leaves open, and nothing twice', () => {
    const { t } = createLanguage(['en']);
    expect(t('order.title', { orderNo: '{status}' })).toBe('Order {status}');
  });

  it('changes every text when it is switched', () => {
    const language = createLanguage(['en']);
    language.tag.value = 'ja';
    expect(language.t('app.orders')).toBe('注文履歴');
    expect(language.word('status', 'PAID')).toBe('支払い済み');
  });

  it('shows a code that it does not know as it is, and a dash for none', () => {
    const { word } = createLanguage(['en']);
    expect(word('status', 'NEW_ONE')).toBe('NEW_ONE');
    expect(word('status', null)).toBe('–');
  });
});

describe('amounts and times', () => {
  const { money, number, time } = createLanguage(['en']);
  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

  it('show every digit of an amount that a float could not hold', () => {
    expect(plain(money('9007199254740993.01', 'CNY'))).toBe('CNY 9,007,199,254,740,993.01');
  });

  it('have the decimals of their currency', () => {
    expect(plain(money('1200', 'JPY'))).toBe('JPY 1,200');
    expect(plain(money('12.50', 'CNY'))).toBe('CNY 12.50');
    expect(plain(money('1.234', 'KWD'))).toBe('KWD 1.234');
    expect(plain(money('12.5', 'CNY'))).toBe('CNY 12.50');
  });

  it('are a dash where there is none', () => {
    expect(money(null, 'CNY')).toBe('–');
    expect(money('1', null)).toBe('–');
    expect(time(null)).toBe('–');
    expect(number('1000000')).toBe('1,000,000');
  });
});
