import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { virshTogether } from '../../../modules/lib/libvirt/together.ts';

/** A host whose virsh answers each command by its own text, and refuses those with `bad`. */
function hostWith(most = Number.POSITIVE_INFINITY) {
  const scripts: string[][] = [];
  const run: Host['run'] = async (_, args = []) => {
    const commands = (args.at(-1) ?? '').split('; ');
    scripts.push(commands.filter((one) => !one.startsWith('echo')));
    await new Promise((resolve) => setTimeout(resolve, 5));
    let [stdout, stderr, done] = ['', '', 0];
    for (const one of commands) {
      if (one.startsWith('echo --err ')) stderr += `error: ${one.slice(11)}\n`;
      else if (one.startsWith('echo ')) stdout += `${one.slice(5)}\n`;
      else if (++done > most) return { code: 1, stdout, stderr: `${stderr}error: Disconnected\n` };
      else if (one.includes('bad')) stderr += `error: Failed to ${one}\nerror: it is bad\n\n`;
      else stdout += `<${one}>\n`;
    }
    return { code: 0, stdout, stderr };
  };
  return { host: { run } as unknown as Host, scripts };
}

const URI = 'qemu:///system';
const settled = (all: readonly Promise<readonly string[]>[]) =>
  Promise.all(
    all.map((one) =>
      one.then(
        (texts) => texts.map((text) => text.trim()),
        (error: Error) => error.message,
      ),
    ),
  );

describe('commands of virsh that are asked for at the same time', () => {
  it('share a process, and have each its own answer', async () => {
    const { host, scripts } = hostWith();
    const asked = Array.from({ length: 40 }, (_, i) =>
      virshTogether(host, URI, [`define ${i}`, `dumpxml ${i}`]),
    );
    expect(await settled(asked)).toEqual(asked.map((_, i) => [`<define ${i}>`, `<dumpxml ${i}>`]));
    // The first begins at once; the others wait for it.
    expect(scripts.map(({ length }) => length)).toEqual([2, 50, 28]);
    expect(await virshTogether(host, URI, ['autostart a'])).toEqual(['<autostart a>\n']);
  });

  it('fail each for itself', async () => {
    const { host } = hostWith();
    const asked = ['first', 'good', 'bad', 'last'].map((name) =>
      virshTogether(host, URI, [`define ${name}`, 'x']),
    );
    expect(await settled(asked)).toEqual([
      ['<define first>', '<x>'],
      ['<define good>', '<x>'],
      'libvirt refuses to define: it is bad',
      ['<define last>', '<x>'],
    ]);
  });

  it('fail, those that virsh did not come to, and the next ones go on', async () => {
    const { host, scripts } = hostWith(2);
    const asked = ['a', 'b', 'c', 'd'].map((name) => virshTogether(host, URI, [`define ${name}`]));
    expect(await settled(asked)).toEqual([
      ['<define a>'],
      ['<define b>'],
      ['<define c>'],
      'libvirt did not answer: Disconnected',
    ]);
    expect(scripts).toHaveLength(2);
    expect(await settled([virshTogether(host, URI, ['define e'])])).toEqual([['<define e>']]);
  });

  it('are not mixed with those of another connection', async () => {
    const { host, scripts } = hostWith();
    await Promise.all([URI, 'qemu:///session'].map((uri) => virshTogether(host, uri, [`define ${uri}`])));
    expect(scripts).toHaveLength(2);
  });
});
