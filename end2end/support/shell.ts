// Runs a command that a page shows, as a person would paste it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The JSON that `command` prints. */
export async function paste(command: string): Promise<any> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { timeout: 10_000 });
  return JSON.parse(stdout);
}
