import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts, freeStackPorts, requireFreePorts } from './ports.ts';

it('free ports are distinct, and free', async () => {
  const ports = await freeStackPorts();
  expect(new Set(Object.values(ports)).size).toBe(5);
  await requireFreePorts(ports, ['kafka', 'kafkaController', 'registry', 'postgres', 'redis']);
});

it('two parts that are given one port are both named', async () => {
  const [port = 0] = await freePorts(1);
  const ports = { ...(await freeStackPorts()), kafka: port, redis: port };
  await expect(requireFreePorts(ports, ['kafka', 'redis'])).rejects.toThrow(
    new RegExp(`^Port ${port} is given to Apache Kafka .* and Redis: set PLUMBLINE_REDIS_PORT`),
  );
});

it('every taken port is named at once, also one that is taken on all addresses', async () => {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0)];
  await Promise.all(servers.map((server) => once(server, 'listening')));
  try {
    const [kafka = 0, postgres = 0] = servers.map((s) => (s.address() as AddressInfo).port);
    const ports = { ...(await freeStackPorts()), kafka, postgres };
    await expect(requireFreePorts(ports, ['kafka', 'postgres', 'redis'])).rejects.toThrow(
      new RegExp(`${kafka}.*PLUMBLINE_KAFKA_PORT[^]*${postgres}.*PLUMBLINE_POSTGRES_PORT`),
    );
  } finally {
    for (const server of servers) server.close();
  }
});
