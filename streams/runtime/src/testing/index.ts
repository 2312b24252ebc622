export type { OutputMessage, PipedInput, TestDriver, TestDriverOptions } from './driver.ts';
export { createTestDriver } from './driver.ts';
