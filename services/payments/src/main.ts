import { runProcess } from '@plumbline/runtime';
import type { PaymentsConfig } from './config.ts';
import { schema } from './config.ts';
import { openPayments } from './wiring.ts';

await runProcess<PaymentsConfig>({ service: 'payments', schema, open: openPayments });
