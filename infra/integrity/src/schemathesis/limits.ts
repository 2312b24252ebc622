/**
 * Drawn requests for one call in `npm test`: none. What its description implies (each bound, each wrong
 * type, each missing field) takes most of the time; what is drawn is of campaigns.
 */
export const testExamples = 0;

/** In a campaign, beside what is derived: four minutes in all. */
export const campaignExamples = 500;
export const examplesMax = 100_000;

/** A minute in all on two cores; eight times that for a machine that is busy with other things. */
export const roundTimeoutMs = 480_000;

/** Two hours: a campaign may ask for as many requests as it likes. */
export const campaignTimeoutMs = 2 * 3_600_000;

/** Fewer requests than this for one call: nothing was tried. */
export const casesMinPerCall = 10;
