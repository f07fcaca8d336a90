import { describe, expect, it } from 'vitest';
import { plainName, runProcess } from '../../../modules/lib/host/process.ts';

describe('runProcess', () => {
  it('returns what a program prints and its exit code, which is not an error', async () => {
    const ran = await runProcess('sh', ['-c', 'cat; echo oh >&2; exit 3'], { input: 'grüß' });
    expect(ran).toEqual({ code: 3, stdout: 'grüß', stderr: 'oh\n' });
  });

  it('runs a program in the C locale, without a shell, in the given directory', async () => {
    const { stdout } = await runProcess('sh', ['-c', 'echo $LC_ALL; pwd; echo "$0"', '$HOME'], {
      cwd: '/usr',
    });
    expect(stdout).toBe('C\n/usr\n$HOME\n');
  });

  it('takes it that a program does not read its input', async () => {
    expect(await runProcess('true', [], { input: 'x'.repeat(1e6) })).toMatchObject({ code: 0 });
  });

  it('takes no more output than it is to', async () => {
    const printing = (bytes: number) =>
      runProcess('sh', ['-c', `head -c ${bytes} /dev/zero`], { most: 1000 });
    expect((await printing(1000)).stdout).toHaveLength(1000);
    await expect(printing(1_000_000)).rejects.toThrow('sh printed more than 1000 bytes');
  });

  it('does not wait for a program that ignores SIGTERM', async () => {
    const stubborn = runProcess('sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], { timeout: 100 });
    await expect(stubborn).rejects.toThrow('sh did not answer within 0.1 s');
  }, 15_000);

  it('gives a program that a signal ends an exit code', async () => {
    expect(await runProcess('sh', ['-c', 'kill -9 $$'])).toMatchObject({ code: 255 });
  });

  const ROWS: [string, string, number, string][] = [
    ['takes too long', 'sleep', 100, 'sleep did not answer within 0.1 s'],
    ['is not there', 'virsh-of-nowhere', 0, "virsh-of-nowhere isn't installed on this host: install it"],
    ['is no program', '/tmp', 0, "/tmp can't be run"],
  ];
  it.each(ROWS)('is an error that names a program that %s', async (_, program, timeout, message) => {
    await expect(runProcess(program, ['5'], { timeout })).rejects.toThrow(message);
  });
});

describe('plainName', () => {
  it('lets a name through, and nothing that a command would take for an option', () => {
    expect(plainName('ovs-vsctl', 'vnet-0')).toBe('vnet-0');
    for (const name of ['-a', '--', '--all']) {
      expect(() => plainName('ovs-vsctl', name)).toThrow(
        `'${name}' begins with '-', which ovs-vsctl would take for an option: give it another name`,
      );
    }
  });
});
