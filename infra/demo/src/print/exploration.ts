import type { OpenStage } from '../stage/open-stage.ts';
import type { DemoResult } from './summary.ts';

/** What a person can look at while everything is still up. */
export function explorationOf({ platform, addresses, logsFolder }: OpenStage, result: DemoResult) {
  const [orders, payments, queries] = (['orders', 'payments', 'queries'] as const).map((name) =>
    platform.url(name),
  );
  const orderNo = result.exampleOrderNo ?? '<order number>';
  return `
Everything stays up until Ctrl-C. To look around, in another terminal:
  curl ${orders ?? ''}/orders/${orderNo}
  curl ${payments ?? ''}/payments/order/${orderNo}
  curl '${queries ?? ''}/alerts?status=OPEN'
  curl ${queries ?? ''}/orders/${orderNo}/timeline
  npm run plumbline -- alerts tail
  npm run plumbline -- order timeline ${orderNo}
  npm run plumbline -- notification list
Kafka ${addresses.kafka}   schema registry ${addresses.registryUrl}
Postgres ${addresses.postgresUrl}
Logs ${logsFolder}
`;
}
