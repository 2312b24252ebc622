import { readFile } from 'node:fs/promises';
import type { AccountsCommand, CommandOutcome, InventoryCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { digest, formatMajor, routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import type { SeedAccount, SeedItem } from '../seed/seed-file.ts';
import { parseSeed } from '../seed/seed-file.ts';
import { sampleShop } from '../seed/sample-shop.ts';
import { seedAtOnce } from '../limits.ts';
import type { Asker } from '../session/ask.ts';
import { isDone, openAsker, refusalOf } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { firstLine, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

const notes = `
The file: {"items": [{"sku", "name", "price", "currency", "stock"}],
           "accounts": [{"account", "amount", "currency"}]}
Prices and amounts in major units. A stock, or an amount, is taken in once for its SKU, or account,
however often it is seeded within 30 days: the same file twice changes nothing.
`;

export interface SeedOptions {
  readonly json?: boolean;
}

export function addSeed(program: Command, run: RunCommand): void {
  program
    .command('seed')
    .description('Give a shop its items and stock, and accounts their money, by commands')
    .argument('[file]', 'what to seed; a small shop without it')
    .option('--json', 'a JSON document for each item and account')
    .addHelpText('after', notes + examples('seed', 'seed shop.json --json'))
    .action((file: string | undefined, options: SeedOptions) =>
      run((session) => seed(session, file, options)),
    );
}

/** Exit code 1 unless everything was taken, or was so before. */
export async function seed(
  session: Session,
  file: string | undefined,
  options: SeedOptions,
): Promise<ExitCode> {
  const { items, accounts } = parseSeed(await bytesOf(file), file ?? 'the sample shop');
  const tenant = session.config.PLUMBLINE_TENANT;
  const results = [
    ...(await askAll(session, 'inventory', items, (asker, item) => seedItem(asker, tenant, item))),
    ...(await askAll(session, 'accounts', accounts, (asker, account) =>
      seedAccount(asker, tenant, account),
    )),
  ];
  for (const { line, ...result } of results) {
    if (options.json === true) session.out.json(result);
    else session.out.line(line);
  }
  return results.every(({ refused }) => refused === null) ? 0 : 1;
}

async function bytesOf(file: string | undefined): Promise<Buffer> {
  if (file === undefined) return Buffer.from(JSON.stringify(sampleShop));
  try {
    return await readFile(file);
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${firstLine(error)}`);
  }
}

interface SeedResult {
  /** SKU or account. */
  readonly name: string;
  readonly events: readonly string[];
  /** Why it was not taken. */
  readonly refused: string | null;
  readonly line: string;
}

const contexts = {
  inventory: {
    commandsTopic: topics.inventoryCommands.name,
    outcomesTopic: topics.inventoryOutcomes.name,
    decider: 'inventory',
  },
  accounts: {
    commandsTopic: topics.accountsCommands.name,
    outcomesTopic: topics.accountsOutcomes.name,
    decider: 'accounts',
  },
} as const;

/** Several at once, in the order of the file. A context that nothing is asked of need not run. */
async function askAll<Entry>(
  session: Session,
  context: keyof typeof contexts,
  entries: readonly Entry[],
  one: (asker: Asker, entry: Entry) => Promise<SeedResult>,
): Promise<readonly SeedResult[]> {
  if (entries.length === 0) return [];
  const asker = await openAsker(session, contexts[context]);
  const results: SeedResult[] = [];
  try {
    for (let at = 0; at < entries.length; at += seedAtOnce) {
      session.signal.throwIfAborted();
      const together = entries.slice(at, at + seedAtOnce).map((entry) => one(asker, entry));
      results.push(...(await Promise.all(together)));
    }
  } finally {
    await asker.close();
  }
  return results;
}

/** Describes the item and takes its stock in. */
async function seedItem(asker: Asker, tenant: string, item: SeedItem): Promise<SeedResult> {
  const { sku, name, unitAmountMinor, currency, stock } = item;
  const receiptId = seedId('receipt', sku, String(stock));
  const commands: readonly InventoryCommand[] = [
    { type: 'DescribeItem', data: { tenant, sku, name, unitAmountMinor, currency } },
    { type: 'ReceiveStock', data: { tenant, sku, receiptId, quantity: stock } },
  ];
  const outcomes: CommandOutcome[] = [];
  const key = routingKey(tenant, sku);
  for (const payload of stock === 0 ? commands.slice(0, 1) : commands) {
    outcomes.push(await asker.ask({ key, subject: sku, payload }));
    if (outcomes.some((outcome) => !isDone(outcome))) break;
  }
  const price = `${formatMajor(unitAmountMinor, currency)} ${currency}`;
  return resultOf(sku, `${name}, ${price}, stock of ${stock}`, outcomes);
}

async function seedAccount(
  asker: Asker,
  tenant: string,
  { account, amountMinor, currency }: SeedAccount,
): Promise<SeedResult> {
  const entryId = seedId('entry', account, currency, amountMinor.toString());
  const payload: AccountsCommand = {
    type: 'CreditAccount',
    data: { tenant, account, entryId, amountMinor, currency, reason: 'seed' },
  };
  const key = routingKey(tenant, account);
  const outcome = await asker.ask({ key, subject: account, payload });
  return resultOf(account, `${formatMajor(amountMinor, currency)} ${currency}`, [outcome]);
}

/**
 * The same for the same stock of the same SKU, so that it is taken in once, in whatever file it
 * stands; likewise for the money of an account.
 */
const seedId = (...parts: readonly string[]): string =>
  `seed-${digest('seed', ...parts)
    .toString('hex')
    .slice(0, 32)}`;

function resultOf(name: string, what: string, outcomes: readonly CommandOutcome[]): SeedResult {
  const events = outcomes.flatMap((outcome) => outcome.events.map(({ type }) => type));
  const failed = outcomes.find((outcome) => !isDone(outcome));
  const refused = failed === undefined ? null : refusalOf(failed);
  const done = events.length === 0 ? 'nothing to do' : events.join(', ');
  const said = refused === null ? done : [...events, refused].join(', ');
  return { name, events, refused, line: `${name}  ${what}: ${said}` };
}
