// Loopback listeners that can be ended.
import type { Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

/** Something that was started and can be stopped. */
export interface Closing {
  close(): Promise<void>;
}

/** Listens at the port of `address` on 127.0.0.1. */
export async function closing(server: Server, address: string): Promise<Closing> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(Number(new URL(address).port), '127.0.0.1', resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Ports of 127.0.0.1 that nothing listens on; held together until all are known, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
