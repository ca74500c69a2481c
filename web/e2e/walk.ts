/** Somebody of the test's own walks into a forbidden zone, by published positions. */

import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PYTHON = process.env['TWIN_PYTHON'] ?? join(PROJECT, '.venv', 'bin', 'python');
const STATUS = process.env['TWIN_STATUS'] ?? join(PROJECT, 'var', 'status.json');

export interface Walk {
  person: string;
  /** Calls them out; resolves when they are. */
  leave: () => Promise<void>;
}

/** Sends a contractor of the test's own into a fence; resolves once they are inside. */
export function walkInto(fence: string): Promise<Walk> {
  const walking: ChildProcess = spawn(PYTHON, ['-m', 'tests.web.walk', STATUS, fence], {
    cwd: PROJECT,
    env: { ...process.env, PYTHONPATH: PROJECT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const left = new Promise<void>((done) => walking.on('exit', () => done()));
    walking.on('error', reject);
    walking.on('exit', (code) => {
      if (!said.includes('inside')) reject(new Error(`the walk ended with ${code}: ${said}`));
    });
    walking.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('inside')) return;
      const leave = () => {
        walking.kill('SIGTERM');
        return left;
      };
      resolve({ person: said.split('\n')[0]!.trim(), leave });
    });
  });
}
