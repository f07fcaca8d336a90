import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/template-test';
const NAMES = `${HOME}/templates`;
const dest = `${NAMES}/debian.qcow2`;
let hypervisor: Hypervisor;
const sums: Record<string, string> = {};
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const template = (args: object, mode = {}) => runModule(hypervisor, 'disk_template', { dest, ...args }, mode);
const thrice = (args: object) => runThrice(hypervisor, 'disk_template', { dest, ...args });
const of = (name: string) => ({ source: `${HOME}/in/${name}`, checksum: `sha256:${sums[name]}` });
const kept = (name: string) => `${NAMES}/by-checksum/sha256-${sums[name]}.qcow2`;
const stored = async () => (await sh(`ls -A ${NAMES}/by-checksum`)).split('\n').filter(Boolean);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p ${HOME}/in && cd ${HOME}/in && for name in one two; do head -c 1M /dev/urandom >$name.raw; qemu-img convert -O qcow2 $name.raw $name; done; gzip -k two; qemu-img create -q -f qcow2 -F qcow2 -b one thin`,
  );
  for (const name of ['one', 'two', 'two.gz', 'one.raw', 'thin']) {
    sums[name] = (await sh(`sha256sum <${HOME}/in/${name}`)).split(' ')[0] ?? '';
  }
});
afterAll(() => sh(`rm -rf ${HOME}`));
beforeEach(() => sh(`rm -rf ${NAMES} ${HOME}/guests; mkdir ${HOME}/guests`));

const overlay = (name: string) =>
  runModule(hypervisor, 'disk_image', { source: dest, dest: `${HOME}/guests/${name}`, backing: 'overlay' });

describe('a template', () => {
  it.each(['one', 'two.gz', 'one.raw'])(
    'is made of %s, has a name, and is written to by nobody',
    async (name) => {
      expect(await thrice(of(name))).toMatchObject({ changed: true, template: kept(name) });
      expect(
        await sh(
          `readlink ${dest}; readlink -f ${dest}; stat -c %a ${kept(name)}; qemu-img info ${dest} | grep 'file format'`,
        ),
      ).toBe(`by-checksum/sha256-${sums[name]}.qcow2\n${kept(name)}\n444\nfile format: qcow2`);
      expect(await sh(`qemu-img compare ${dest} ${HOME}/in/${name.replace('.gz', '')}`)).toBe(
        'Images are identical.',
      );
    },
  );

  it('is refreshed when its checksum changes; the old one stays while a disk needs it', async () => {
    await template(of('one'));
    await overlay('web1');
    expect(await sh(`qemu-img info ${HOME}/guests/web1 | grep '^backing file:'`)).toBe(
      `backing file: ${kept('one')}`,
    );
    const result = await thrice(of('two'));
    expect(result).toMatchObject({ changed: true, needed: { [kept('one')]: [`${HOME}/guests/web1`] } });
    expect(await sh(`readlink -f ${dest}`)).toBe(kept('two'));
    expect(await sh(`qemu-img compare ${HOME}/guests/web1 ${HOME}/in/one`)).toBe('Images are identical.');
    await sh(`rm ${HOME}/guests/web1`);
    expect(await thrice(of('two'))).toMatchObject({ changed: true });
    expect(await stored()).toEqual([`sha256-${sums.two}.qcow2`]);
  });

  it('is removed with its name, unless a disk needs it: an overlay of an overlay, a guest elsewhere', async () => {
    await template(of('one'));
    await sh(`mkdir -p /srv/template-test`);
    await overlay('web1');
    await sh(
      `cd /srv/template-test && qemu-img create -q -f qcow2 -F qcow2 -b ${HOME}/guests/web1 top && cp ${HOME}/guests/web1 far`,
    );
    const xml = `<domain type='qemu'><name>far</name><memory unit='MiB'>64</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/template-test/far'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
    await hypervisor.exec(['sh', '-c', 'cat >/run/far.xml; virsh -q define /run/far.xml'], { input: xml });
    try {
      const result = await thrice({ state: 'absent' });
      expect(result.needed).toEqual({ [kept('one')]: ['/srv/template-test/far', `${HOME}/guests/web1`] });
      expect(await stored()).toEqual([`sha256-${sums.one}.qcow2`]);
    } finally {
      await sh('virsh -q undefine far; rm -rf /srv/template-test');
    }
    await sh(`rm ${HOME}/guests/web1`);
    expect(await thrice({ state: 'absent' })).toMatchObject({ changed: true });
    expect(await sh(`ls -A ${NAMES} ${NAMES}/by-checksum`)).toBe(
      `${NAMES}:\nby-checksum\n\n${NAMES}/by-checksum:`,
    );
  });

  it('that another name leads to stays', async () => {
    const templates = ['a', 'b'].map((name) => ({ dest: `${NAMES}/${name}`, ...of('one') }));
    await runThrice(hypervisor, 'disk_template', { templates });
    expect(await template({ dest: `${NAMES}/a`, state: 'absent' })).toMatchObject({ changed: true });
    expect(await stored()).toEqual([`sha256-${sums.one}.qcow2`]);
    await runThrice(hypervisor, 'disk_template', {
      templates: [
        { dest: `${NAMES}/b`, ...of('two') },
        { dest: `${NAMES}/c`, ...of('one') },
      ],
    });
    expect((await stored()).length).toBe(2);
  });

  it('is identified by its version; the source may be removed', async () => {
    await sh(`cp ${HOME}/in/one ${HOME}/built`);
    const args = { source: `${HOME}/built`, version: 'recipe-1', remove_source: true };
    expect(await template(args, { check: true })).toMatchObject({ changed: true });
    expect(await template(args)).toMatchObject({
      changed: true,
      template: `${NAMES}/by-checksum/version-recipe-1.qcow2`,
    });
    expect(await sh(`ls ${HOME}`)).not.toContain('built');
    // What it was made from needn't be there any more.
    expect(await template(args)).toMatchObject({ changed: false });
  });
});

describe('what is not a template', () => {
  const rows: [string, () => object, string][] = [
    [
      'a name that is taken',
      () => of('one'),
      `${dest} exists and is not a link to a template: move it, or use another name`,
    ],
    [
      'no checksum',
      () => ({ source: `${HOME}/in/one` }),
      "option 'checksum': is required, or 'version' with a source: a template is stored under it",
    ],
    [
      'no source',
      () => ({ version: '1' }),
      "option 'source': is required, or 'url': what the template is made from",
    ],
    [
      "a source that there isn't",
      () => ({ source: `${HOME}/none`, version: '1' }),
      `${HOME}/none doesn't exist: ${dest} is made from it`,
    ],
    [
      'an overlay',
      () => of('thin'),
      `${HOME}/in/thin: its disk refers to other files: convert it to one file`,
    ],
    [
      'a version of a URL',
      () => ({ url: 'http://127.0.0.1/x', version: '1' }),
      "option 'version': is only for a 'source': use 'checksum' with a 'url'",
    ],
  ];
  it.each(rows)('%s', async (name, args, message) => {
    await sh(`mkdir -p ${NAMES}`);
    if (name.includes('taken')) await sh(`echo mine >${dest}`);
    const result = await template(args());
    expect(result).toMatchObject({ failed: true, changed: false, msg: message });
    expect(await sh(`ls -A ${NAMES}/by-checksum 2>/dev/null || true`)).toBe('');
  });
});
