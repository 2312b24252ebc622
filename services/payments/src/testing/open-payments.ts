import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { PaymentsConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openPayments } from '../wiring.ts';

export type TestPayments = TestProcess<PaymentsConfig>;

/** The whole process but its signals, on a free port, against real servers. */
export const openTestPayments = (
  env: Readonly<Record<string, string>> = {},
): Promise<TestPayments> =>
  openTestProcess<PaymentsConfig>({ service: 'payments', schema, open: openPayments, env });
