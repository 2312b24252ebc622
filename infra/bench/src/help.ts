import {
  alertRecordsDefault,
  checkoutRatesDefault,
  flowRatesDefault,
  hotBuyers,
  hotPieces,
  keyCounts,
  liveConnections,
  loadsDefault,
  openOrdersDefault,
  ratesDefault,
  recordsDefault,
  restoreKeys,
  roundsDefault,
  secondsDefault,
  startsDefault,
  streamThreadsDefault,
  transactionSizes,
} from './limits.ts';
import { listedOrders, moneyRatesDefault, orderCountsDefault } from './money/limits.ts';
import {
  deliveryRatesDefault,
  hangingOf,
  millionWaiting,
  retriesWaiting,
  retryLevels,
} from './notifications/limits.ts';

export const partNames = [
  'latency',
  'payments',
  'purchases',
  'checkouts',
  'hot-sku',
  'live',
  'deliveries',
  'hanging',
  'retries',
  'waiting',
  'subscribers',
  'money',
  'active-orders',
  'start',
  'join',
  'alerts',
  'keys',
  'lateness',
  'restore',
  'takeover',
  'transactions',
  'rebuild',
  'verify',
] as const;
export type PartName = (typeof partNames)[number];

export const help = `Usage: npm run bench [-- [--only <part,…>] [options] [--save]]

Measures on servers of its own, on free ports. Nothing is asserted by time: numbers of one machine
say nothing about another, and a busy machine measures its other work.

  --only <part,…>  some of: ${partNames.join(', ')}
    latency   (3 min)  POST /orders and POST /payments at fixed rates, open loop, by a process of its
                       own: from the moment a request is due to its answer
    payments  (8 min)  full flows of contract 1 (creation, gateway, callback, read model) at rising
                       rates, by our process, by two of ours,
                       and by express, Postgres and an outbox
    purchases (7 min)  from the charge at the gateway to the order that is PAID, in the log and in
                       the shop, with webhooks on time, 20 to 40 s late, and lost
    checkouts (9 min)  purchases through the BFF at rising rates, until goods and money have changed
                       hands: paid from accounts, then by a channel
    hot-sku   (1 min)  ${hotBuyers} buyers for ${hotPieces} pieces at once
    live      (3 min)  ${liveConnections} WebSockets on one BFF: memory of each, and how soon they hear
    deliveries (6 min) notifications at rising rates, from the event of a payment to the endpoint that
                       has it
    hanging   (4 min)  what the others notice while ${hangingOf.hanging} of ${hangingOf.endpoints} endpoints hang, against without
    retries   (4 min)  how late retries are after ${retryLevels.join(', ')} while others wait
    waiting   (2 min)  memory while records wait in a delay topic
    subscribers (2 min) from the event that sets a rule off to whoever subscribes to alerts: by Kafka,
                       server-sent events and webhook
    money     (6 min)  money on personal accounts at rising rates: from a client's record to its answer,
                       and to the merchant's endpoint that has the notification
    active-orders (6 min) one merchant's list of ${listedOrders} orders, and the match of one record, while
                       ${orderCountsDefault.join(', ')} orders wait
    start     (2 min)  from nothing running to the first order that shows PAID, ${startsDefault} times
    join      (3 min)  the alert join over a prepared log, by our process and by Kafka Streams with
                       RocksDB and in memory: records/s, peak memory; void if their alerts differ
    alerts    (6 min)  the same with all rules on, with A to C only, and by Kafka Streams with A to C,
                       in turn; the first two over a log of everything that the rules read; and
                       memory while ${openOrdersDefault.join(', ')} orders are open
    keys     (15 min)  the join over ${keyCounts.join(', ')} keys: the cost of a record
    lateness  (9 min)  how long after their deadlines alerts are there, under a steady load
    restore   (6 min)  starts of a process that has the state of ${restoreKeys} keys
    takeover  (4 min)  two processes, kill -9 of one: until the other answers for its partitions
    transactions (1 min)  transactions/s of ${transactionSizes.join(', ')} records by 1 and 4 producers
    rebuild   (5 min)  the payments' read model from a prepared log, by COPY and as JSON, compared, and
                       by a transaction a record; beside kafkajs, which only reads and decodes
    verify    (3 min)  hash chains and sums of a prepared log, beside kafkajs as above

  --rates N,…         latency: requests a second (default ${ratesDefault.join(',')})
  --flows N,…         payments: flows a second (default ${flowRatesDefault.join(',')})
  --checkouts N,…     checkouts: purchases a second (default ${checkoutRatesDefault.join(',')})
  --deliveries N,…    deliveries: events a second (default ${deliveryRatesDefault.join(',')})
  --money N,…         money: records a second (default ${moneyRatesDefault.join(',')})
  --orders N,…        active-orders: orders that wait (default ${orderCountsDefault.join(',')})
  --waiting N         retries, waiting: records that wait (default ${retriesWaiting} and ${millionWaiting})
  --loads N,…         lateness: records a second (default ${loadsDefault.join(',')})
  --seconds N         latency, lateness, payments, checkouts, deliveries, subscribers, money: how long
                      at each rate (default ${secondsDefault})
  --cold              start: also once with nothing there, all servers being downloaded
  --records N         join, keys, alerts, rebuild, verify: records of a prepared log (default ${recordsDefault};
                      alerts: ${alertRecordsDefault})
  --rounds N          alerts: runs of each program (default ${roundsDefault})
  --open N,…          alerts: orders that are open (default ${openOrdersDefault.join(',')})
  --keys N            join: keys; keys, restore, takeover: only so many (join's default: as many
                      as orders)
  --contenders <…>    some of plumbline, plumbline-two (two processes that share the partitions),
                      rocksdb, plumbline-memory, memory (default: all)
  --threads N         threads of Kafka Streams (default ${streamThreadsDefault})
  --cache on|off      its cache before the stores, which spares changelog records (default on)
  --env NAME=value    a variable of our processes in the parts about the join, notifications
                      and money; may be repeated
  --save              appends the raw results, as JSON lines, to infra/bench/results/
  --help              this text
`;
