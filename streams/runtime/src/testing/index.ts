export type { OutputMessage, PipedInput, TestDriver, TestDriverOptions } from './driver.ts';
export { createTestDriver } from './driver.ts';
export type { TestAnswer, TestProcess } from './open-test-process.ts';
export { openTestProcess, testAddress } from './open-test-process.ts';
