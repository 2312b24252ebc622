export type { OutputMessage, PipedInput, TestDriver } from './driver.ts';
export { createTestDriver } from './driver.ts';
