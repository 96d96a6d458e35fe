/** A small API on loopback, so that the services speak real HTTP: each route answers as its test says. */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Seen {
  method: string;
  url: string;
  token: string | null;
  contentType: string | null;
  body: string;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Route = (request: Seen) => Answer | Promise<Answer>;

export interface TestApi {
  url: string;
  seen: Seen[];
  routes: Record<string, Route>;
  requests: (route: string) => Seen[];
  stop: () => Promise<void>;
}

/** Starts it; routes are named as in `'POST /auth/login/'`, and what has none answers 404. */
export async function startApi(): Promise<TestApi> {
  const seen: Seen[] = [];
  const routes: Record<string, Route> = {};
  const server = createServer(async (request, response) => {
    const call = await described(request);
    seen.push(call);
    const answer = (await routes[nameOf(call)]?.(call)) ?? { status: 404, body: { detail: 'Not found.' } };
    const isText = typeof answer.body === 'string';
    response.writeHead(answer.status, { 'Content-Type': isText ? 'text/html' : 'application/json', ...answer.headers });
    response.end(isText ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    routes,
    requests: (route) => seen.filter((call) => nameOf(call) === route),
    stop: () => {
      server.closeAllConnections();
      return new Promise((stopped) => server.close(() => stopped()));
    },
  };
}

async function described(request: IncomingMessage): Promise<Seen> {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    token: request.headers.authorization?.replace('Bearer ', '') ?? null,
    contentType: request.headers['content-type'] ?? null,
    body: await text(request),
  };
}

function nameOf({ method, url }: Seen): string {
  return `${method} ${url.split('?')[0]}`;
}
