import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../modules/lib/failure.ts';
import { appendTo, writeSparse } from '../../../modules/lib/host/content.ts';
import { publishNewFile, readFileStart, symlinkFile } from '../../../modules/lib/host/files.ts';
import { pipeThrough, streamFile } from '../../../modules/lib/host/stream.ts';
import type { Bytes } from '../../../modules/lib/volume.ts';
import { all, chunks } from '../disk/fake.ts';

const work = mkdtempSync(join(tmpdir(), 'piecewise-stream-'));
afterAll(() => rmSync(work, { recursive: true }));
const at = (name: string) => join(work, name);
const through = (input: Bytes, script: string) => pipeThrough('sh', ['-c', script], input, { what: 'it' });

// Endless, and it tells when nobody wants more of it.
function endless(size = 65_536) {
  const state = { closed: false, taken: 0 };
  async function* content(): Bytes {
    try {
      for (;;) {
        state.taken++;
        yield Buffer.alloc(size, 'x');
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, content: content() };
}

const soon = async (is: () => boolean) => {
  for (let i = 0; i < 200 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return is();
};

describe('what goes through a program', () => {
  it('comes out whole, however large', async () => {
    const bytes = Buffer.alloc(3_000_000, 'some content ');
    expect(Buffer.compare(await all(through(chunks(gzipSync(bytes), 70_000), 'gzip -dc')), bytes)).toBe(0);
    expect(await all(through(chunks(Buffer.of()), 'cat'))).toHaveLength(0);
  });

  it('fails as the program says, as its input does, or as the program is not there', async () => {
    async function* broken(): Bytes {
      yield Buffer.from('a');
      throw new Failure('the checksum is another');
    }
    await expect(all(through(broken(), 'cat'))).rejects.toThrow('the checksum is another');
    // Also of an input that the program doesn't care for.
    await expect(all(through(broken(), 'exec <&-; echo done'))).rejects.toThrow('the checksum is another');
    await expect(all(through(chunks(Buffer.from('a')), 'echo oh no >&2; exit 3'))).rejects.toThrow(
      'it: sh: oh no',
    );
    const none = pipeThrough('unpack-of-nowhere', [], chunks(Buffer.from('a')), { what: 'it' });
    await expect(all(none)).rejects.toThrow("unpack-of-nowhere isn't installed on this host");
    const nowhere = pipeThrough('cat', [], chunks(Buffer.from('a')), { what: 'it', cwd: '/nowhere' });
    await expect(all(nowhere)).rejects.toThrow(Failure);
  });

  it('is fed whole to a program that ends early: its checksum counts', async () => {
    let fed = 0;
    async function* input(): Bytes {
      for (let i = 0; i < 50; i++) {
        fed++;
        yield Buffer.alloc(100_000);
      }
    }
    expect(Buffer.from(await all(through(input(), 'head -c 3 >/dev/null; echo ok'))).toString()).toBe('ok\n');
    expect(fed).toBe(50);
  });

  it('ends, with its programs and its input, when its reader stops', async () => {
    const { state, content } = endless();
    const inner = through(content, `echo $$ >${at('cat')}; exec cat`);
    // One that ends by itself when its input or its output does, and one that cares for neither.
    const outer = through(inner, `echo $$ >${at('sleep')}; head -c 9; exec sleep 60`);
    for await (const chunk of outer) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await soon(() => state.closed)).toBe(true);
    const runs = (name: string) => {
      try {
        const stat = readFileSync(`/proc/${readFileSync(at(name), 'utf8').trim()}/stat`, 'utf8');
        return stat.includes(` (${name}) `) && !stat.includes(') Z');
      } catch {
        return false;
      }
    };
    expect(await soon(() => !runs('cat') && !runs('sleep'))).toBe(true);
    // What nobody reads isn't held in memory.
    expect(state.taken).toBeLessThan(100);
  });
});

describe('a file', () => {
  it('is written with holes, byte for byte, however its content comes', async () => {
    const piece = fc.record({ zero: fc.boolean(), length: fc.nat(20_000) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        fc.integer({ min: 1, max: 9000 }),
        async (pieces, size) => {
          const bytes = Buffer.concat(pieces.map(({ zero, length }) => Buffer.alloc(length, zero ? 0 : 1)));
          rmSync(at('sparse'), { force: true });
          expect(await writeSparse(at('sparse'), chunks(bytes, size))).toBe(bytes.length);
          expect(Buffer.compare(readFileSync(at('sparse')), bytes)).toBe(0);
        },
      ),
    );
    rmSync(at('sparse'));
    await writeSparse(at('sparse'), chunks(Buffer.alloc(1_000_000), 65_536));
    expect(statSync(at('sparse')).blocks).toBe(0);
    expect(statSync(at('sparse')).mode & 0o777).toBe(0o600);
  });

  it('that is there is not written over, and its content is let go', async () => {
    writeFileSync(at('there'), 'mine');
    await expect(writeSparse(at('there'), chunks(Buffer.from('x')))).rejects.toThrow('it is there already');
    expect(readFileSync(at('there'), 'utf8')).toBe('mine');
    await appendTo(at('there'), chunks(Buffer.from(', and more')));
    expect(readFileSync(at('there'), 'utf8')).toBe('mine, and more');
  });

  it('lets go of its content when it cannot be written', async () => {
    const { state, content } = endless();
    await expect(writeSparse('/dev/full/x', content)).rejects.toThrow(/^\/dev\/full\/x: /);
    const other = endless();
    await expect(appendTo('/dev/full', other.content)).rejects.toThrow(
      /^\/dev\/full may be a file of another/,
    );
    expect([state.taken, other.state.taken]).toEqual([0, 0]);
  });

  it('that is a pipe is not waited for', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expect(readFileStart(at('pipe'), 10)).rejects.toThrow(`${at('pipe')}: `);
  });

  it('that cannot be read is reported by its name', async () => {
    await expect(all(streamFile(work))).rejects.toThrow(`${work}: it is a directory`);
    symlinkSync('loop', at('loop'));
    await expect(readFileStart(at('loop'), 1)).rejects.toThrow('it is a symbolic link that leads to itself');
    await expect(readFileStart(at('x'.repeat(300)), 1)).rejects.toThrow('its name is too long');
  });

  it('gets an unused name, and a link replaces only what may be replaced', async () => {
    writeFileSync(at('made'), 'new');
    symlinkSync('nowhere', at('dangling'));
    await expect(publishNewFile(at('made'), at('dangling'))).rejects.toThrow('it is there already');
    await publishNewFile(at('made'), at('named'));
    expect(readFileSync(at('named'), 'utf8')).toBe('new');
    await symlinkFile('named', at('dangling'));
    expect(readFileSync(at('dangling'), 'utf8')).toBe('new');
    await expect(symlinkFile('named', work)).rejects.toThrow(work);
    expect(execFileSync('ls', ['-A', join(work, '..')]).toString()).not.toContain(
      `.${work.split('/').pop()}.`,
    );
  });
});
