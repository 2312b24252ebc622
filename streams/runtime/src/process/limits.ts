/**
 * A stopping process decides the calls under way before it hands its tasks over: a call takes 10 to
 * 20 ms, and the hand-over is to be done within 2 s.
 */
export const callsBeforeHandOverMs = 500;

/** With nothing in front of it there may be nobody to take over: the longest call, and more. */
export const lastCallsMs = 10_000;

/** A process that begins looks this often whether it is ready: a check costs a query at most. */
export const readyLookMs = 1_000;

/** It begins within 10 s, unless something is away or a person is needed: then it says what, and again. */
export const readyTellMs = 30_000;
