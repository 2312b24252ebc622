import { topics } from '@plumbline/events';
import { createSwitch } from '@plumbline/redis/testing';
import { createAlertTask } from './alert-task.ts';
import type { FakeService } from './fake-service.ts';
import type { Browser, TestBff } from './open-test-bff.ts';
import { openTestBff } from './open-test-bff.ts';

/** A BFF, the task behind it that decides about alerts, and an operator who is logged in. */
export interface AlertBff {
  readonly bff: TestBff;
  readonly task: ReturnType<typeof createAlertTask>;
  readonly operator: Browser;
  /** Before each test: nothing was asked, and nothing said. */
  forget(): void;
  close(): Promise<void>;
}

/** `answer`: what queries answers, again before each test. */
export async function openAlertBff(answer: FakeService['answer']): Promise<AlertBff> {
  const redis = createSwitch();
  await redis.on();
  const bff = await openTestBff({ redisUrl: redis.url });
  await bff.codec.prepare([topics.alertsOutcomes.name]);
  const task = createAlertTask(bff);
  const operator = await bff.logIn('lin', ['operator']);
  return {
    ...{ bff, task, operator },
    forget() {
      bff.services.queries.answer = answer;
      bff.services.queries.asked.length = 0;
      task.forget();
    },
    async close() {
      await bff.close();
      await redis.off();
    },
  };
}
