import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../build/modules.ts';

/** Python with the collection's plugins, without Ansible: for what is pure. One process answers all questions. */
export class Python {
  private readonly directory = mkdtempSync(join(tmpdir(), 'piecewise-python-'));
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  /** @param code defines `answer`, which gets a value and returns one */
  constructor(code: string) {
    mkdirSync(join(this.directory, 'ansible_collections', 'piecewise'), { recursive: true });
    symlinkSync(ROOT, join(this.directory, 'ansible_collections', 'piecewise', 'cloud'));
    const loop = 'for line in sys.stdin: print(json.dumps(answer(json.loads(line))), flush=True)';
    this.process = spawn('/usr/bin/python3', ['-c', `import json, sys\n${code}\n${loop}`], {
      env: { PYTHONPATH: this.directory, PYTHONDONTWRITEBYTECODE: '1' },
    });
    this.process.stderr.on('data', (data) => {
      this.errors += data;
    });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ask<T>(question: unknown): Promise<T> {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(this.errors);
    return JSON.parse(value) as T;
  }

  end(): void {
    this.process.stdin.end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
