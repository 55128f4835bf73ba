// The REST API as a program without an SDK uses it.
import { world } from './world.ts';

export interface Answer {
  status: number;
  /** An array of items, or a problem. */
  body: any;
}

/** Calls `/api/v1/Reservation/…` with `key`: a POST when there is a body, else a GET. */
export async function call(key: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${world().base}/api/v1/Reservation/${path}`, {
    headers: { 'X-Api-Key': key, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

export interface Item {
  requester: string;
  resource: string;
  ttlSeconds?: number;
  metadata?: Record<string, unknown>;
}

/** Reserves and insists on success. */
export async function reserve(key: string, ...items: Item[]): Promise<any[]> {
  const { status, body } = await call(key, 'reserve', items);
  if (status !== 200 || body.some((item: any) => item.status !== 'ACQUIRED')) {
    throw new Error(`reserve: ${status} ${JSON.stringify(body)}`);
  }
  return body;
}
