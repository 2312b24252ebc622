import type { FaultPlan } from '@plumbline/runtime/simulation';
import { calm } from '@plumbline/runtime/simulation';

/** Kinds of faults that can be left out, each by itself. */
export type FaultKind = Exclude<keyof FaultPlan, 'name'>;

export const faultKinds = Object.keys(calm).filter(
  (key): key is FaultKind => key !== 'name' && key !== 'lateMsMax' && key !== 'freezeMsMax',
);

/** What is taken out of a seed's plan; nothing, where a part is not given. */
export interface Reduction {
  /** Indexes of the stories and of the poison that stay. */
  readonly stories?: readonly number[];
  readonly poison?: readonly number[];
  readonly faultsOff?: readonly FaultKind[];
  readonly processes?: number;
  readonly stormMs?: number;
}

/** As it stands in a command: `stories=1,4;off=replyLost;processes=1;storm=4000`. */
export function formatReduction(reduction: Reduction): string {
  const { stories, poison, faultsOff, processes, stormMs } = reduction;
  return [
    ...(stories === undefined ? [] : [`stories=${stories.join(',')}`]),
    ...(poison === undefined ? [] : [`poison=${poison.join(',')}`]),
    ...(faultsOff === undefined ? [] : [`off=${faultsOff.join(',')}`]),
    ...(processes === undefined ? [] : [`processes=${processes}`]),
    ...(stormMs === undefined ? [] : [`storm=${stormMs}`]),
  ].join(';');
}

/** Null when the text is no reduction. */
export function parseReduction(text: string): Reduction | null {
  const found: { -readonly [K in keyof Reduction]: Reduction[K] } = {};
  for (const part of text.split(';').filter((each) => each !== '')) {
    const at = part.indexOf('=');
    const [name, value] = [part.slice(0, at), part.slice(at + 1)];
    const numbers = value === '' ? [] : value.split(',').map(Number);
    const areNumbers = numbers.every((n) => Number.isInteger(n) && n >= 0);
    if (name === 'off') {
      const kinds = value.split(',').filter((kind) => kind !== '');
      const known = kinds.filter((kind): kind is FaultKind => faultKinds.some((k) => k === kind));
      if (known.length !== kinds.length) return null;
      found.faultsOff = known;
    } else if (!areNumbers || at < 1) return null;
    else if (name === 'stories') found.stories = numbers;
    else if (name === 'poison') found.poison = numbers;
    else if (name === 'processes') found.processes = numbers[0] ?? 1;
    else if (name === 'storm') found.stormMs = numbers[0] ?? 0;
    else return null;
  }
  return found;
}
