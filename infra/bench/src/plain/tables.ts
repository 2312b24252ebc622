import type { Postgres } from '@plumbline/postgres';

/** Contract 1's tables with its unique keys, and the outbox. */
export async function createPlainTables(postgres: Postgres): Promise<void> {
  for (const statement of statements) await postgres.query(statement);
}

const statements = [
  'create schema if not exists plain',
  `create table if not exists plain.payments (
     id bigserial primary key,
     pay_no text not null unique,
     order_no text not null unique,
     amount numeric(12,2) not null,
     status text not null,
     channel text not null,
     channel_trade_no text,
     paid_at timestamptz,
     expire_at timestamptz not null,
     created_at timestamptz not null default now(),
     version int not null default 1
   )`,
  'create index if not exists payments_open on plain.payments (status, created_at)',
  `create table if not exists plain.callback_log (
     id bigserial primary key,
     pay_no text not null,
     callback_id text not null unique,
     callback_status text not null,
     raw_payload text not null,
     signature_valid boolean not null,
     process_result text not null
   )`,
  `create table if not exists plain.outbox (
     id bigserial primary key,
     key text not null,
     type text not null,
     payload text not null
   )`,
];
