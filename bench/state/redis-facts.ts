import type { Redis } from 'ioredis';

/** Bytes that clients have sent to a Redis server, and got from it, since it was started. */
export interface RedisTraffic {
  readonly toServer: number;
  readonly fromServer: number;
}

/** What `redis` counts itself; the question is counted with the next one. */
export async function redisTraffic(redis: Redis): Promise<RedisTraffic> {
  const stats = await redis.info('stats');
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1]);
  return { toServer: field('total_net_input_bytes'), fromServer: field('total_net_output_bytes') };
}

/** Bytes both ways between two looks. */
export function trafficBetween(before: RedisTraffic, after: RedisTraffic): number {
  return after.toServer - before.toServer + (after.fromServer - before.fromServer);
}

/** Process id of the server. */
export async function redisPid(redis: Redis): Promise<number> {
  return Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1]);
}
