import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Settings } from './endpoint-answers.ts';
import { firstLine, usageFailure } from '../session/failure.ts';

type YesNo = 'yes' | 'no';

/** Options of what an endpoint is registered and changed with. */
export interface SettingsOptions {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly description?: string;
  readonly bodyStyle?: string;
  readonly bodyEncoding?: string;
  readonly signatureField?: YesNo;
  readonly inOrder?: YesNo;
  readonly everyTenant?: YesNo;
  readonly intervals?: string;
  readonly timeout?: string;
  readonly concurrency?: string;
  readonly rate?: string;
  readonly template?: readonly string[];
}

const collected = (given: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  given,
];

const yesNo = (flags: string, description: string): Option =>
  new Option(`${flags} [yes|no]`, description).choices(['yes', 'no']).preset('yes');

export const addSettingsOptions = (command: Command): Command =>
  command
    .option('--events <types...>', 'types of events; * for all')
    .option('--description <text>', 'what you call it')
    .addOption(
      new Option('--body-style <style>', 'EVENT, or the flat body of contract 2').choices([
        ...['EVENT', 'FLAT'],
      ]),
    )
    .addOption(new Option('--body-encoding <encoding>', 'of FLAT bodies').choices(['JSON', 'FORM']))
    .addOption(yesNo('--signature-field', 'a field `signature` in FLAT bodies'))
    .addOption(yesNo('--in-order', 'notifications of one order wait for one another'))
    .addOption(yesNo('--every-tenant', "events of every tenant, for the platform's own"))
    .option('--intervals <waits>', 'before the retries, as 30s,1m,5m; none; or default')
    .option('--timeout <seconds>', 'of an attempt, 1 to 60; or default')
    .option('--concurrency <n>', 'attempts at once, 1 to 64; or default')
    .option('--rate <n>', 'attempts a second, 1 to 1000; or default, which is no limit')
    .option(
      '--template <[channel=]file>',
      'body of its own (.json, .form or other text); may be repeated; none takes all away',
      collected,
    );

function numberOf(text: string, name: string): number | null {
  if (text === 'default') return null;
  if (!/^\d{1,6}$/.test(text)) throw usageFailure(`${name} is a whole number or default`);
  return Number(text);
}

function intervalsOf(text: string): readonly string[] | null {
  if (text === 'default') return null;
  return text === 'none' ? [] : text.split(',').map((wait) => wait.trim());
}

const contentTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.form': 'application/x-www-form-urlencoded',
};

async function templateOf(given: string): Promise<Settings['templates'][number]> {
  const [, payWay, path = given] = /^([A-Za-z0-9_]{1,32})=(.+)$/.exec(given) ?? [];
  try {
    const text = await readFile(path, 'utf8');
    const contentType = contentTypes[extname(path)] ?? 'text/plain; charset=utf-8';
    return { payWay: payWay ?? null, contentType, text };
  } catch (error) {
    throw usageFailure(`--template: ${path} cannot be read: ${firstLine(error)}`);
  }
}

/** The settings that options say; those that they leave out are not in it. */
export async function settingsGiven(options: SettingsOptions): Promise<Partial<Settings>> {
  const { template, intervals, timeout, concurrency, rate } = options;
  const flags = {
    signatureField: options.signatureField,
    ...{ inOrder: options.inOrder, everyTenant: options.everyTenant },
  };
  const given = {
    ...{ url: options.url, events: options.events, description: options.description },
    ...{ bodyStyle: options.bodyStyle, bodyEncoding: options.bodyEncoding },
    ...Object.fromEntries(
      Object.entries(flags).map(([name, value]) => [
        name,
        value === undefined ? undefined : value === 'yes',
      ]),
    ),
    intervals: intervals === undefined ? undefined : intervalsOf(intervals),
    timeoutSeconds: timeout === undefined ? undefined : numberOf(timeout, '--timeout'),
    concurrency: concurrency === undefined ? undefined : numberOf(concurrency, '--concurrency'),
    ratePerSecond: rate === undefined ? undefined : numberOf(rate, '--rate'),
    templates: template === undefined ? undefined : await templatesOf(template),
  };
  // What is undefined was not given; the rest has the shape of its field.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const templatesOf = async (given: readonly string[]): Promise<Settings['templates']> =>
  given.length === 1 && given[0] === 'none' ? [] : Promise.all(given.map(templateOf));
