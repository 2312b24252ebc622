import type { Ref } from 'vue';
import { computed, ref } from 'vue';
import type { MessageKey, Messages } from './messages-en.ts';
import { en } from './messages-en.ts';
import { ja } from './messages-ja.ts';
import { zh } from './messages-zh.ts';
import { scaleOf } from '../money/decimal.ts';

/** A language by its tag, each called by its own name. */
export const languages = { en: 'English', zh: '中文', ja: '日本語' } as const;
export type LanguageTag = keyof typeof languages;

export const catalogue: Readonly<Record<LanguageTag, Messages>> = { en, zh, ja };

type Rule = Extract<MessageKey, `rule.${string}`> extends `rule.${infer Name}` ? Name : never;

/** Every rule, as there are words for it; infra/tidy holds them against the rules that there are. */
export const rules: readonly Rule[] = Object.keys(en)
  .filter((key) => key.startsWith('rule.'))
  .map((key) => key.slice('rule.'.length) as Rule);

export const isLanguage = (tag: string): tag is LanguageTag => Object.hasOwn(languages, tag);

/** The first language that a person reads and this page has; English for none. */
export function preferredLanguage(wanted: readonly string[]): LanguageTag {
  for (const tag of wanted) {
    const [primary = ''] = tag.toLowerCase().split('-');
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}

export type Fill = Readonly<Record<string, string | number>>;

/**
 * What codes are of: of an order, payment, alert, incident or remedy; a rule; a checkout; why something
 * was refused, is held, or ended; what a remedy does, its steps, and whether it starts by itself.
 */
export type WordPrefix =
  | ('status' | 'rule' | 'checkout' | 'refusal')
  | ('held' | 'ending' | 'remedy' | 'remedyStep' | 'mode');

export interface Language {
  readonly tag: Ref<LanguageTag>;
  readonly t: (key: MessageKey, fill?: Fill) => string;
  /** A code of the API's in words; as it is where this page does not know it; a dash for `null`. */
  readonly word: (prefix: WordPrefix, code: string | null) => string;
  /** Whether this page has words for it. */
  readonly knows: (prefix: WordPrefix, code: string) => boolean;
  /** Major units by their digits, never by way of a float; a dash for `null`. */
  readonly money: (amount: string | null, currency: string | null) => string;
  readonly number: (digits: string | number) => string;
  /** An instant of the API's, in the reader's own time zone; a dash for `null`. */
  readonly time: (instant: string | null) => string;
}

export function createLanguage(wanted: readonly string[]): Language {
  const tag = ref(preferredLanguage(wanted));
  const messages = computed(() => catalogue[tag.value]);
  const times = computed(
    () => new Intl.DateTimeFormat(tag.value, { dateStyle: 'medium', timeStyle: 'medium' }),
  );
  const t = (key: MessageKey, fill: Fill = {}): string =>
    messages.value[key].replace(/\{(\w+)\}/g, (as, name: string) => String(fill[name] ?? as));
  const dash = (): string => t('app.none');

  return {
    tag,
    t,
    word(prefix, code) {
      if (code === null) return dash();
      const key = `${prefix}.${code}`;
      return isMessage(key) ? t(key) : code;
    },
    knows: (prefix, code) => isMessage(`${prefix}.${code}`),
    money(amount, currency) {
      if (amount === null || currency === null) return dash();
      const style = { style: 'currency', currency, currencyDisplay: 'code' } as const;
      const { minimumFractionDigits = 0 } = new Intl.NumberFormat(
        tag.value,
        style,
      ).resolvedOptions();
      // Every digit that the API sent is shown, also where a browser rounds its currency.
      const digits = Math.max(minimumFractionDigits, scaleOf(amount));
      const exact = { ...style, minimumFractionDigits: digits, maximumFractionDigits: digits };
      return new Intl.NumberFormat(tag.value, exact).format(amount as `${number}`);
    },
    number: (digits) => new Intl.NumberFormat(tag.value).format(digits as `${number}` | number),
    time: (instant) => (instant === null ? dash() : times.value.format(new Date(instant))),
  };
}

const isMessage = (key: string): key is MessageKey => Object.hasOwn(en, key);
