import { wholeNumber } from '@plumbline/config';

/** A year: what Redis holds, it holds in memory. */
const hoursMax = 8_784;

export const resultStreamsConfig = {
  PLUMBLINE_RESULT_STREAMS_KEEP_HOURS: wholeNumber({ min: 1, max: hoursMax })
    .default(168)
    .describe(
      'Hours after which a result is gone from the streams in Redis, read or not, and so far back a ' +
        'Redis that knows nothing is told again',
    ),
  PLUMBLINE_RESULT_STREAMS_MIN_HOURS: wholeNumber({ min: 0, max: hoursMax })
    .default(24)
    .describe(
      'Hours that a result stays in the streams at least, though every consumer group has read it',
    ),
};

interface StreamHours {
  readonly PLUMBLINE_RESULT_STREAMS_KEEP_HOURS: number;
  readonly PLUMBLINE_RESULT_STREAMS_MIN_HOURS: number;
}

/** An end that comes before the least stay would be the end all the same. */
export const areStreamHours = (config: StreamHours): boolean =>
  config.PLUMBLINE_RESULT_STREAMS_MIN_HOURS <= config.PLUMBLINE_RESULT_STREAMS_KEEP_HOURS;

const hourMs = 3_600_000;

export const streamTimesOf = (config: StreamHours) => ({
  keepMs: config.PLUMBLINE_RESULT_STREAMS_KEEP_HOURS * hourMs,
  minMs: config.PLUMBLINE_RESULT_STREAMS_MIN_HOURS * hourMs,
});
