import type { Row } from './dashboard.ts';

/** Of counters and histograms, over a time that Grafana fits to the screen. */
const per = '[$__rate_interval]';

const quantile = (bucket: string, by: string): string =>
  `histogram_quantile(0.99, sum by (le, ${by}) (rate(${bucket}${per})))`;

/** From what costs money down to what it runs on, so that one reads from the top. */
export const rows: readonly Row[] = [
  {
    title: 'Money: where orders and payments disagree',
    panels: [
      {
        title: 'Critical alerts that nobody has taken',
        description: 'Should be 0. Each is money or goods; acknowledge before you look further.',
        ...{ kind: 'stat', unit: 'short' },
        queries: [
          {
            expr: 'sum(max by (rule, currency) (plumbline_alerts_open{severity="CRITICAL",status="OPEN"})) or vector(0)',
            legend: 'critical, open',
          },
        ],
      },
      {
        title: 'Money at stake',
        description: 'In alerts that stand, acknowledged ones included. Falls as they end.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (currency) (max by (rule, severity, status, currency) (plumbline_alerts_at_stake_major))',
            legend: '{{currency}}',
          },
        ],
      },
      {
        title: 'Alerts that stand, by rule',
        description: 'One rule that climbs by itself is one cause: look for an incident.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (rule) (max by (rule, severity, status, currency) (plumbline_alerts_open))',
            legend: '{{rule}}',
          },
        ],
      },
      {
        title: 'Raised and ended',
        description: 'Ended should follow raised. AUTO_RESOLVED means that the log healed it.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (rule) (increase(plumbline_alerts_raised_total[5m]))',
            legend: 'raised {{rule}}',
          },
          {
            expr: 'sum by (resolution) (increase(plumbline_alerts_ended_total[5m]))',
            legend: 'ended {{resolution}}',
          },
        ],
      },
      {
        title: 'How late alerts are (p99)',
        description: 'After the deadline, or the event that is enough. A second is promised.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          { expr: quantile('plumbline_alert_lateness_seconds_bucket', 'rule'), legend: '{{rule}}' },
        ],
      },
      {
        title: 'Oldest critical alert that is open',
        description: 'Since when somebody should have looked.',
        ...{ kind: 'stat', unit: 'dateTimeFromNow' },
        queries: [
          {
            expr: 'min by (rule) (plumbline_alerts_oldest_timestamp_seconds{severity="CRITICAL",status="OPEN"}) * 1000',
            legend: '{{rule}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Incidents and remedies',
    panels: [
      {
        title: 'Incidents that are open',
        description: 'Alerts of one rule that came together. Should be none.',
        ...{ kind: 'stat', unit: 'short' },
        queries: [
          {
            expr: 'sum(max by (rule) (plumbline_incidents_open)) or vector(0)',
            legend: 'open',
          },
        ],
      },
      {
        title: 'Remedies under way',
        description: 'WAITING is for a person. ASKING and STARTED should pass within seconds.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'max by (rule, status) (plumbline_remedies_under_way)',
            legend: '{{rule}} {{status}}',
          },
        ],
      },
      {
        title: 'Remedies that ended',
        description: 'DONE has its proof. FAILED and REFUSED leave the alert to a person.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (rule, ending) (increase(plumbline_remedies_ended_total[5m]))',
            legend: '{{rule}} {{ending}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Payments and gateways',
    panels: [
      {
        title: 'Payments by what became of them',
        description: 'Created without succeeded is silence; unknown waits for a query.',
        ...{ kind: 'timeseries', unit: 'ops' },
        queries: [
          {
            expr: `sum by (type) (rate(plumbline_task_outputs_total{topology="payments",type=~"PaymentCreated|PaymentSucceeded|PaymentFailed|PaymentClosed|PaymentUnknown"}${per}))`,
            legend: '{{type}}',
          },
        ],
      },
      {
        title: 'Calls to gateways that failed',
        description: 'UNKNOWN: sent and not answered. NOT_SENT: never reached the gateway.',
        ...{ kind: 'timeseries', unit: 'percentunit' },
        queries: [
          {
            expr: `sum by (channel) (rate(plumbline_gateway_call_seconds_count{result=~"UNKNOWN|NOT_SENT"}${per})) / sum by (channel) (rate(plumbline_gateway_call_seconds_count${per}))`,
            legend: '{{channel}}',
          },
        ],
      },
      {
        title: 'Calls to gateways (p99)',
        description: 'With the leave that a call needs before it is made.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: quantile('plumbline_gateway_call_seconds_bucket', 'channel, kind'),
            legend: '{{channel}} {{kind}}',
          },
        ],
      },
      {
        title: 'Gateways left alone, and calls that wait',
        description: '1: after failures a gateway is tried seldom. Waiting calls go out later.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'max by (channel) (plumbline_gateway_breaker_open)',
            legend: 'left alone {{channel}}',
          },
          {
            expr: 'sum by (channel) (plumbline_gateway_calls_waiting)',
            legend: 'waiting {{channel}}',
          },
        ],
      },
      {
        title: 'Payments that lingered',
        description: 'Found by the scan behind the timers. More than a few: timers do not fire.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum(increase(plumbline_reconcile_found_total[1h]))',
            legend: 'found in an hour',
          },
        ],
      },
      {
        title: 'Commands at the edges',
        description: 'decided is an answer; pending and the others are a 503 for somebody.',
        ...{ kind: 'timeseries', unit: 'ops' },
        queries: [
          {
            expr: `sum by (topic, result) (rate(plumbline_command_seconds_count${per}))`,
            legend: '{{topic}} {{result}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Telling merchants',
    panels: [
      {
        title: 'Attempts by result',
        description: 'FAILED is tried again by its schedule, GONE is not.',
        ...{ kind: 'timeseries', unit: 'ops' },
        queries: [
          {
            expr: `sum by (result) (rate(plumbline_notifications_attempts_total${per}))`,
            legend: '{{result}}',
          },
        ],
      },
      {
        title: 'How late attempts begin (p99)',
        description: 'From due to begun, by the clock of the brokers.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: quantile('plumbline_notifications_lateness_seconds_bucket', 'attempt'),
            legend: '{{attempt}}',
          },
        ],
      },
      {
        title: 'Waiting, under way, and endpoints left alone',
        description: 'Parked lanes are endpoints that may get nothing now.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          { expr: 'sum(plumbline_notifications_queued)', legend: 'queued' },
          { expr: 'sum(plumbline_notifications_in_flight)', legend: 'under way' },
          { expr: 'sum(plumbline_notifications_parked_lanes)', legend: 'parked lanes' },
        ],
      },
      {
        title: 'How late delays are (p99)',
        description: 'A quarter of a second is the aim.',
        ...{ kind: 'timeseries', unit: 'ms' },
        queries: [
          { expr: quantile('plumbline_delay_lateness_ms_bucket', 'level'), legend: '{{level}}' },
        ],
      },
      {
        title: 'Result streams behind',
        description: 'What merchants have yet to find in Redis.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          { expr: 'sum(plumbline_result_streams_lag_records)', legend: 'records' },
          { expr: 'sum(plumbline_result_streams_stopped)', legend: 'partitions that stand still' },
        ],
      },
      {
        title: 'Active orders',
        description: 'Orders that wait for money on accounts; unwritten should fall to 0.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          { expr: 'sum(plumbline_active_orders)', legend: 'active' },
          { expr: 'sum(plumbline_active_orders_unwritten)', legend: 'not in Redis yet' },
        ],
      },
    ],
  },
  {
    title: 'Tasks and read models',
    panels: [
      {
        title: 'Tasks that run',
        description: 'As many as partitions, for each topology. Fewer: some keys stand still.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'count by (topology) (max by (topology, partition) (plumbline_task_state{state="running"}) == 1)',
            legend: '{{topology}}',
          },
        ],
      },
      {
        title: 'Records not yet taken',
        description: 'Near 0 when all is well; what climbs for minutes does not keep up.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (topology) (max by (topology, partition) (plumbline_task_lag_records))',
            legend: '{{topology}}',
          },
        ],
      },
      {
        title: 'Dead letters and parked keys',
        description: 'A parked key is an order that stands still until somebody redrives it.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [
          {
            expr: 'sum by (topology) (increase(plumbline_task_dead_letters_total[5m]))',
            legend: 'letters {{topology}}',
          },
          {
            expr: 'sum by (topology) (max by (topology, partition) (plumbline_task_parked_keys))',
            legend: 'parked {{topology}}',
          },
        ],
      },
      {
        title: 'Read models behind',
        description: 'What people see is so old. Climbs with the clock where one stands still.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: 'max by (projection) (plumbline_projection_frontier_lag_seconds)',
            legend: '{{projection}}',
          },
        ],
      },
      {
        title: 'Transactions (p99)',
        description: 'From the first output to the known commit. Slow for all: look at Kafka.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: quantile('plumbline_task_transaction_seconds_bucket', 'topology'),
            legend: '{{topology}}',
          },
        ],
      },
      {
        title: 'Timers late (p99)',
        description: 'Deadlines of alerts and payments are such timers.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          {
            expr: quantile('plumbline_task_timer_lateness_seconds_bucket', 'topology'),
            legend: '{{topology}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Up',
        description: '0: Prometheus gets no answer from it.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [{ expr: 'up{job="plumbline"}', legend: '{{instance}}' }],
      },
      {
        title: 'Started',
        description: 'One that is always young restarts again and again.',
        ...{ kind: 'stat', unit: 'dateTimeFromNow' },
        queries: [
          { expr: 'max by (service) (process_start_time_seconds) * 1000', legend: '{{service}}' },
        ],
      },
      {
        title: 'Answers of 500 and more',
        description: '503 with Retry-After is a process that protects itself.',
        ...{ kind: 'timeseries', unit: 'ops' },
        queries: [
          {
            expr: `sum by (service, status) (rate(plumbline_http_request_seconds_count{status=~"5.."}${per}))`,
            legend: '{{service}} {{status}}',
          },
        ],
      },
      {
        title: 'Event loop (p99)',
        description: 'Above half a second a process is too busy to keep its word.',
        ...{ kind: 'timeseries', unit: 's' },
        queries: [
          { expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds)', legend: '{{service}}' },
        ],
      },
      {
        title: 'Memory',
        description: 'Resident. A line that only climbs ends in a restart.',
        ...{ kind: 'timeseries', unit: 'bytes' },
        queries: [
          { expr: 'max by (service) (process_resident_memory_bytes)', legend: '{{service}}' },
        ],
      },
      {
        title: 'Redis',
        description: '0: that process has no connection.',
        ...{ kind: 'timeseries', unit: 'short' },
        queries: [{ expr: 'min by (service) (plumbline_redis_connected)', legend: '{{service}}' }],
      },
    ],
  },
];
