import type { RetriesResult } from '../measure/retries.ts';
import { latenessAimMs, latenessBins } from './limits.ts';

/** Of the picture, px: names of levels, half a second, figures; and the height of a level. */
const left = 64;
const plot = 500;
const right = 236;
const rowPx = 46;
const top = 54;
const bottom = 44;
const barsPx = 32;

/** Two lists of colours, since a picture stands on a light or on a dark page. */
const style = `text{font:13px system-ui,sans-serif;fill:#1f2328}
.small{font-size:12px;fill:#59636e}
.bar{fill:#0969da}.line{stroke:#8c959f}.aim{stroke:#bc4c00;stroke-dasharray:4 3}.mark{stroke:#1f2328}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}.bar{fill:#4493f8}
.line{stroke:#656c76}.aim{stroke:#f0883e}.mark{stroke:#e6edf3}}`;

type Picture = Pick<RetriesResult, 'level' | 'late' | 'histogram' | 'retries' | 'waiting'>;

/** How late retries are, a row for each level, as SVG. */
export function latenessPicture(levels: readonly Picture[]): string {
  const height = top + levels.length * rowPx + bottom;
  const width = left + plot + right;
  const waiting = (levels[0]?.waiting ?? 0).toLocaleString('en');
  const title = `Lateness of retries by level, while ${waiting} records wait`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    text({ x: left, y: 20 }, title),
    text({ x: left, y: 38, small: true }, 'from when it is due to its arrival at the endpoint, ms'),
    ...levels.map((level, at) => row(level, top + at * rowPx)),
    ...axis(top + levels.length * rowPx),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

const rangeMs = latenessBins.binMs * latenessBins.count;
const xOf = (ms: number): number => left + (Math.min(ms, rangeMs) / rangeMs) * plot;

function text(
  at: { readonly x: number; readonly y: number; readonly small?: true; readonly anchor?: string },
  words: string,
): string {
  const { x, y, small, anchor } = at;
  const extra = `${small ? ' class="small"' : ''}${anchor ? ` text-anchor="${anchor}"` : ''}`;
  return `<text x="${x}" y="${y}"${extra}>${words}</text>`;
}

/** Bars as high as the fullest of the level, in one path; half and 99 of 100 as marks. */
function row({ level, late, histogram }: Picture, y: number): string {
  const base = y + barsPx;
  const most = Math.max(1, ...histogram.counts);
  const step = plot / latenessBins.count;
  const bars = histogram.counts.flatMap((count, bin) => {
    if (count === 0) return [];
    // What is there is seen.
    const high = Math.max(1, Math.round((count / most) * barsPx));
    return [`M${left + bin * step} ${base}v-${high}h${step - 1}v${high}z`];
  });
  const marks = [late.p50Ms, late.p99Ms].flatMap((ms) =>
    ms === null ? [] : [`<path class="mark" d="M${xOf(ms)} ${base + 1}v5"/>`],
  );
  const figures = `p50 ${shown(late.p50Ms)}, p99 ${shown(late.p99Ms)}, most ${shown(late.maxMs)}`;
  return [
    text({ x: left - 12, y: base, anchor: 'end' }, level),
    `<path class="bar" d="${bars.join('')}"/>`,
    `<path class="line" d="M${left} ${base + 0.5}h${plot}"/>`,
    ...marks,
    text({ x: left + plot + 24, y: base, small: true }, figures),
  ].join('');
}

const shown = (ms: number | null): string => (ms === null ? '–' : String(Math.round(ms)));

function axis(y: number): readonly string[] {
  const ticks = Array.from({ length: rangeMs / 100 + 1 }, (_, at) => at * 100);
  const aim = xOf(latenessAimMs);
  return [
    ...ticks.map((ms) => text({ x: xOf(ms), y: y + 16, small: true, anchor: 'middle' }, `${ms}`)),
    `<path class="aim" d="M${aim} ${top}V${y}"/>`,
    text({ x: aim, y: y + 34, small: true, anchor: 'middle' }, `aim at p99: ${latenessAimMs}`),
  ];
}
