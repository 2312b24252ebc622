import type { Command } from 'commander';
import { Option } from 'commander';
import { tenantOption } from '../format/tenant-option.ts';
import type { DecodedRecord } from '../read/decode.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { AggregateKind } from '../travel/aggregates.ts';
import { aggregateOf } from '../travel/aggregates.ts';
import { changesBetween } from '../travel/fields.ts';
import type { Named } from '../travel/history.ts';
import { historyOf, partitionOf } from '../travel/history.ts';
import type { Moment } from '../travel/moment.ts';
import { momentAtOffset, momentOf, momentText, now } from '../travel/moment.ts';
import {
  differenceJson,
  differenceLines,
  stateLines,
  stoodJson,
  versionJson,
  versionLines,
} from '../travel/say-state.ts';
import type { Keys } from '../travel/step-through.ts';
import { stepThrough } from '../travel/step-through.ts';
import type { Version } from '../travel/versions.ts';
import { eventsUpTo, stoodAt, versionsOf } from '../travel/versions.ts';
import type { RevealOptions } from '../travel/reveal.ts';
import { checkReveal, withReveal, wordsFor } from '../travel/reveal.ts';
import type { Words } from '../travel/words.ts';
import { masked } from '../travel/words.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface TravelOptions extends RevealOptions {
  readonly at?: string;
  readonly atOffset?: string;
  readonly steps?: boolean;
  readonly step?: boolean;
  readonly diff?: readonly string[];
  readonly tenant?: string;
  readonly json?: boolean;
}

/** Whether a moment is asked about, or the way there, rather than how it stands. */
const isTravel = ({ at, atOffset, steps, step, diff, reveal }: TravelOptions): boolean =>
  [at, atOffset, steps, step, diff, reveal].some((each) => each !== undefined);

/** The options of every command that shows an aggregate, with examples. */
function withTravel(command: Command, kind: AggregateKind): Command {
  const { ofTenant, idExample } = aggregateOf(kind);
  const example = `${namesOf(command).join(' ')} ${idExample}`;
  command
    .addOption(
      new Option(
        '--at <moment>',
        'as it stood: 2026-01-31T12:00:00Z, 2h ago, v3 (after its third event), now',
      ).conflicts(['atOffset', 'diff']),
    )
    .addOption(
      new Option(
        '--at-offset <place>',
        'as it stood after an offset of its partition; or topic-partition@offset',
      ).conflicts('diff'),
    )
    .addOption(new Option('--steps', 'each event with what it changed').conflicts('diff'))
    .addOption(
      new Option('--step', 'the same one by one, by keys, on a terminal').conflicts([
        ...['diff', 'steps', 'json'],
      ]),
    )
    .option('--diff <moments...>', 'two moments, as --at has them: the fields that differ');
  withReveal(command);
  if (ofTenant) command.option('--tenant <tenant>', 'whose it is (default: PLUMBLINE_TENANT)');
  return command.addHelpText(
    'after',
    examples(
      example,
      `${example} --at 2h`,
      `${example} --steps`,
      `${example} --diff v1 now --json`,
    ),
  );
}

/** How a command is called, below the program itself. */
const namesOf = (command: Command): readonly string[] =>
  command.parent === null ? [] : [...namesOf(command.parent), command.name()];

export interface ShowCommand {
  readonly kind: AggregateKind;
  readonly description: string;
  /** What is shown where no moment is asked for; what the log makes of it now, unless given. */
  asItStands?(session: Session, id: string, options: TravelOptions): Promise<ExitCode>;
}

/** `show` of an aggregate, now or at any moment. */
export function addShow(parent: Command, run: RunCommand, show: ShowCommand): void {
  const { kind, description } = show;
  const { idName, idMeaning } = aggregateOf(kind);
  const command = parent
    .command('show')
    .description(description)
    .argument(`<${idName}>`, idMeaning)
    .option('--json', 'as JSON');
  withTravel(command, kind).action((id: string, options: TravelOptions) =>
    run((session) =>
      show.asItStands === undefined || isTravel(options)
        ? travel(session, kind, { ...options, id })
        : show.asItStands(session, id, options),
    ),
  );
}

/**
 * Shows what the log makes of one aggregate, by its decider's own `evolve`: at a moment, event by
 * event, or how two moments differ. Exit code 1 where it was not there.
 */
export async function travel(
  session: Session,
  kind: AggregateKind,
  options: TravelOptions & { readonly id: string },
  keys: Keys = process.stdin,
): Promise<ExitCode> {
  const { id } = options;
  checkReveal(options);
  if (options.step === true && keys.isTTY !== true)
    throw usageFailure('--step needs a terminal to read keys from: --steps prints them all');
  const aggregate = aggregateOf(kind);
  const tenant = tenantOption(session, options.tenant);
  const named: Named = { aggregate, id, tenant };
  const asked = await momentsOf(session, named, options);
  const events = await historyOf(session, named, asked.moments);
  requireVersions(asked.moments, events);
  const fold = aggregate.foldOf(id);
  const what = aggregate.ofTenant ? `${kind} ${id} of ${tenant}` : `${kind} ${id}`;
  const { out } = session;
  const wordsOf = (shown: readonly unknown[]): Promise<Words> =>
    wordsFor(session, shown, { ...options, what: `${kind} show ${id}` });
  if (asked.kind === 'difference') {
    const [from, to] = asked.moments;
    const stood = [stoodAt(fold, events, from), stoodAt(fold, events, to)] as const;
    const words = await wordsOf(stood.map(({ state }) => state));
    if (options.json === true) out.json({ kind, id, ...differenceJson(stood, words) });
    else for (const line of differenceLines(what, stood, words)) out.line(line);
    return found(stood.some(({ state }) => state !== null));
  }
  const [moment] = asked.moments;
  if (options.steps === true || options.step === true) {
    const steps = [...stepsOf(id, versionsOf(fold, eventsUpTo(events, moment)))];
    const words = await wordsOf(steps.map(({ after }) => after));
    if (options.json === true)
      out.json({ kind, id, versions: steps.map((each) => versionJson(each, words)) });
    else if (options.step === true) await stepping(session, { what, steps, words, keys });
    else for (const each of steps) for (const line of versionLines(each, words)) out.line(line);
    return found(steps.length > 0);
  }
  const stood = stoodAt(fold, events, moment);
  const words = await wordsOf([stood.state]);
  if (options.json === true)
    out.json({ kind, id, at: momentText(moment), ...stoodJson(stood, words) });
  else if (stood.state !== null)
    for (const line of stateLines(what, moment, stood, words)) out.line(line);
  return found(stood.state !== null);

  function found(isThere: boolean): ExitCode {
    if (!isThere) out.note(`${what} was not there ${momentText(asked.moments.at(-1) ?? now)}`);
    return isThere ? 0 : 1;
  }
}

/** One after the other, with what each changed, and the state after it. */
async function stepping(
  { out, signal }: Session,
  of: {
    readonly what: string;
    readonly steps: readonly Version[];
    readonly words: Words;
    readonly keys: Keys;
  },
): Promise<void> {
  const { what, steps, words, keys } = of;
  const [first] = steps;
  if (first === undefined) return;
  const stepAt = (index: number): Version => steps[index] ?? first;
  await stepThrough({
    ...{ count: steps.length, keys, out, signal },
    changeLines: (index) => versionLines(stepAt(index), words),
    stateLines: (index) => {
      const { event, after: state } = stepAt(index);
      const at = { topic: event.topic, partition: event.partition, offset: event.offset };
      return stateLines(what, { kind: 'offset', at }, { event, state }, words);
    },
  });
}

type Asked =
  | { readonly kind: 'moment'; readonly moments: readonly [Moment] }
  | { readonly kind: 'difference'; readonly moments: readonly [Moment, Moment] };

async function momentsOf(session: Session, named: Named, options: TravelOptions): Promise<Asked> {
  const { at, atOffset, diff } = options;
  const log = await session.log();
  const context = { log, stands: await partitionOf(log, named) };
  if (diff === undefined) {
    if (atOffset !== undefined)
      return { kind: 'moment', moments: [await momentAtOffset(atOffset, '--at-offset', context)] };
    const moment = at === undefined ? now : await momentOf(at, '--at', context);
    return { kind: 'moment', moments: [moment] };
  }
  const [from, to, ...more] = diff;
  if (from === undefined || to === undefined || more.length > 0)
    throw usageFailure('--diff has two moments: --diff 2h now');
  const moments = [
    await momentOf(from, '--diff', context),
    await momentOf(to, '--diff', context),
  ] as const;
  return { kind: 'difference', moments };
}

/** A version that is still to come is no moment of the past. */
function requireVersions(moments: readonly Moment[], events: readonly DecodedRecord[]): void {
  const last = events.at(-1)?.envelope.aggregateVersion ?? 0n;
  for (const moment of moments) {
    if (moment.kind === 'version' && moment.version > last)
      throw new CliFailure(`there is no v${moment.version}: the last is v${last}`);
  }
}

/** An aggregate may hold several things of one kind: of the others' events nothing is shown. */
function* stepsOf(id: string, versions: Iterable<Version>): Generator<Version> {
  for (const version of versions) {
    const { event, before, after } = version;
    if (event.envelope.subject === id || changesBetween(before, after, masked).length > 0)
      yield version;
  }
}
