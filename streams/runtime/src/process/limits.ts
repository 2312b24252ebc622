/**
 * A stopping process decides the calls under way before it hands its tasks over: a call takes 10 to
 * 20 ms, and the hand-over is to be done within 2 s.
 */
export const callsBeforeHandOverMs = 500;

/** With nothing in front of it there may be nobody to take over: the longest call, and more. */
export const lastCallsMs = 10_000;
