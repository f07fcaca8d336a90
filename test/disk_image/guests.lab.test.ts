import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';
import { traced } from '../support/trace.ts';

// A guest writes what it likes into its raw disk. Here are disks that begin as all that is known, and name what their
// guest must not reach: a pipe that nobody writes to, a server, a file of the host, the disk of another guest.
const HOME = '/var/lib/libvirt/guests-test';
const FAR = '/srv/guests-test';
const PORT = 10_819;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['bash', '-c', script])).stdout;

const QCOW2: Readonly<Record<string, readonly [format: string, backing: string]>> = {
  pipe: ['qcow2', `${FAR}/pipe`],
  'pipe-raw': ['raw', `${FAR}/pipe`],
  server: ['raw', `nbd://127.0.0.1:${PORT}/x`],
  'server-old': ['raw', `nbd:127.0.0.1:${PORT}`],
  'server-json': [
    'raw',
    `json:{"driver":"nbd","server":{"type":"inet","host":"127.0.0.1","port":"${PORT}"}}`,
  ],
  'server-inside': [
    'qcow2',
    `json:{"driver":"qcow2","file":{"driver":"file","filename":"${FAR}/secret"},"backing":{"driver":"nbd","server":{"type":"inet","host":"127.0.0.1","port":"${PORT}"}}}`,
  ],
  neighbour: ['qcow2', `${HOME}/victim/disk`],
  'neighbour-raw': ['raw', `${HOME}/victim/disk`],
  itself: ['qcow2', `${HOME}/left/itself`],
};
const OTHERS = [
  'unsaid',
  'data',
  'text',
  'sparse',
  'vdi',
  'vhdx',
  'vpc',
  'gz',
  'xz',
  'zst',
  'bz2',
  'zip',
  'tar',
];
const NAMES = [...Object.keys(QCOW2), ...OTHERS];

// The extension that has the format becomes one that nobody knows; the data file becomes the neighbour's.
const PREPARE = `
set -e
mkdir -p ${HOME}/{evil,left,victim,out,templates} ${FAR}; mkfifo ${FAR}/pipe; yes secret | head -c 1M >${FAR}/secret
qemu-img convert -f raw -O qcow2 ${FAR}/secret ${HOME}/victim/disk
cd ${HOME}/left
${Object.entries(QCOW2)
  .map(
    ([name, [format, backing]]) => `qemu-img create -q -u -f qcow2 -F ${format} -b '${backing}' ${name} 1M`,
  )
  .join('\n')}
qemu-img create -q -u -f qcow2 -F raw -b ${FAR}/secret unsaid 1M
qemu-img create -q -f qcow2 -o data_file=${HOME}/victim/dis_ data 1M; rm ${HOME}/victim/dis_
python3 - <<'EOF2'
import struct
def change(name, old, new):
    image = open(name, 'rb').read()
    assert old in image, name
    open(name, 'wb').write(image.replace(old, new))
change('unsaid', bytes.fromhex('e2792aca'), bytes.fromhex('12345678'))
change('data', b'victim/dis_', b'victim/disk')
text = b'''# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="monolithicFlat"
RW 2048 FLAT "${HOME}/victim/disk" 0
'''
open('text', 'wb').write(text)
head = struct.pack('<4sIIQQQQIQQQB4sH', b'KDMV', 1, 3, 0, 128, 1, 20, 512, 0, 0, 128, 0, b'\\n \\r\\n', 0)
open('sparse', 'wb').write(head.ljust(512, b'\\0') + text.ljust(10240, b'\\0') + bytes(65536))
EOF2
for format in vdi vhdx vpc; do qemu-img create -q -f $format $format 1M; done
cp ${FAR}/secret raw; gzip -c raw >gz; xz -c raw >xz; zstd -qc raw >zst; bzip2 -c raw >bz2; tar -cf tar raw
bsdtar --format zip -cf zip raw; rm raw
for name in ${NAMES.join(' ')}; do truncate -s '>8M' $name; cp --sparse=always $name ../evil; done
cat >/run/guests-server.py <<'EOF2'
import socket
server = socket.create_server(('127.0.0.1', ${PORT}))
while True:
    server.accept()[0].close()
    open('/run/guests-server.log', 'a').write('x')
EOF2
: >/run/guests-server.log
systemd-run -q --unit=guests-server python3 /run/guests-server.py
`;

const domain = (name: string, disks: readonly string[], format: string) => {
  const elements = disks.map(
    (path, i) =>
      `<disk type='file'><driver name='qemu' type='${format}'/><source file='${path}'/><target dev='vd${String.fromCharCode(97 + i)}'/></disk>`,
  );
  return `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type>hvm</type></os><devices>${elements.join('')}</devices></domain>`;
};
const define = (xml: string) =>
  hypervisor.exec(['sh', '-c', 'cat >/run/guests.xml; virsh -q define /run/guests.xml'], { input: xml });

const evil = (name: string) => `${HOME}/evil/${name}`;
const left = (name: string) => `${HOME}/left/${name}`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(PREPARE);
  await define(domain('guests-evil', NAMES.map(evil), 'raw'));
  await define(domain('guests-victim', [`${HOME}/victim/disk`], 'qcow2'));
});
afterAll(() =>
  sh(
    `systemctl stop guests-server; for name in evil victim; do virsh -q undefine guests-$name; done; rm -rf ${HOME} ${FAR} /run/guests*; true`,
  ),
);

beforeEach(() => sh(`rm -rf ${HOME}/out/*`));

/** Runs a module, which may open nothing of ours but what is in these directories, and calls nobody. */
async function bounded(name: string, args: Record<string, unknown>, may: readonly string[], mode = {}) {
  const { result, opened, dialled, seconds } = await traced(hypervisor, name, args, mode);
  const ours = opened.filter((path) => path.startsWith(`${HOME}/`) || path.startsWith(`${FAR}/`));
  expect(ours.filter((path) => !may.some((place) => `${path}/`.startsWith(`${HOME}/${place}/`)))).toEqual([]);
  expect(dialled).toEqual([]);
  expect(await sh('cat /run/guests-server.log')).toBe('');
  expect(seconds).toBeLessThan(40);
  return { result, opened: ours };
}

type Results = readonly { readonly msg?: string; readonly changed: boolean }[];
const told = (result: object) => (result as { results: Results }).results.map(({ msg }) => msg);

const source = `${HOME}/victim/disk`;
const dests = (of: (name: string) => string) => NAMES.map((name) => ({ dest: of(name) }));
const sizes = (place: string) => sh(`cd ${HOME}/${place}; stat -c %s ${NAMES.join(' ')} | sort -u`);

describe("a guest's raw disk", () => {
  it('is not opened where nothing of it has to be known', async () => {
    for (const args of [{}, { format: 'qcow2' }, { format: 'raw' }]) {
      const images = dests(evil).map((one) => ({ ...one, ...args }));
      const may = 'format' in args ? ['evil'] : [];
      const { result } = await bounded('disk_image', { source, images }, may);
      expect(result.msg).toBeUndefined();
      expect(result.changed).toBe(false);
    }
  });

  it('grows as raw, whatever it looks like, and in no other format', async () => {
    const before = await sh(`cd ${HOME}/evil; head -qc 8M ${NAMES.join(' ')} | sha256sum`);
    const images = dests(evil);
    const wrong = await bounded('disk_image', { source, images, size: '9M', format: 'qcow2' }, ['evil']);
    expect(new Set(told(wrong.result))).toEqual(
      new Set(
        images.map(
          (_, i) =>
            `option 'images[${i}].format': ${evil(NAMES[i] ?? '')} is raw to the guest 'guests-evil', and can't be grown as qcow2: set that format, or omit 'size'`,
        ),
      ),
    );
    for (const [size, args] of [
      ['9M', {}],
      ['10M', { format: 'raw' }],
    ] as const) {
      // Where overlays are looked for, other disks are looked at.
      const grown = await bounded('disk_image', { source, images, size, ...args }, [
        'evil',
        'left',
        'victim',
      ]);
      expect(grown.result.msg).toBeUndefined();
      expect(await sizes('evil')).toBe(String(Number(size.slice(0, -1)) * 1024 ** 2));
    }
    expect(await sh(`cd ${HOME}/evil; head -qc 8M ${NAMES.join(' ')} | sha256sum`)).toBe(before);
  });

  it('is copied as raw', async () => {
    const images = NAMES.map((name) => ({ source: evil(name), dest: `${HOME}/out/${name}` }));
    const { result, opened } = await bounded('disk_image', { images, format: 'raw' }, ['evil', 'out']);
    expect(result.msg).toBeUndefined();
    // What is looked for by the trace is seen by it.
    expect(opened).toEqual(expect.arrayContaining(NAMES.map(evil)));
    expect(await sh(`cd ${HOME}/out; for name in *; do cmp $name ../evil/$name; done; ls | wc -l`)).toBe(
      String(NAMES.length),
    );
  });

  it('becomes a template as raw, and is none itself', async () => {
    const templates = NAMES.map((name) => ({
      source: evil(name),
      dest: `${HOME}/out/${name}`,
      version: name,
    }));
    const made = await bounded('disk_template', { templates }, ['evil', 'out']);
    expect(made.result.msg).toBeUndefined();
    expect(
      await sh(
        `cd ${HOME}/out; for name in ${NAMES.join(' ')}; do qemu-img compare -q -f qcow2 -F raw $name ../evil/$name || echo $name; done; rm -r *`,
      ),
    ).toBe('');
    const images = NAMES.map((name) => ({ source: evil(name), dest: `${HOME}/out/${name}` }));
    const { result } = await bounded('disk_image', { images, backing: 'overlay' }, ['evil', 'out']);
    for (const msg of told(result)) expect(msg).toMatch(/can't be a template: it is a disk of the guest/);
    expect(await sh(`ls -A ${HOME}/out`)).toBe('');
  });
});

describe('a raw disk that no guest has any more', () => {
  it('is not opened without a format', async () => {
    const unsized = await bounded('disk_image', { source, images: dests(left) }, []);
    expect(unsized.result).toMatchObject({ changed: false });
    expect(unsized.result.msg).toBeUndefined();
    const { result } = await bounded('disk_image', { source, images: dests(left), size: '9M' }, []);
    for (const msg of told(result)) expect(msg).toMatch(/^option 'format': is required: /);
  });

  it('grows as the task says, and has nothing else opened', async () => {
    // Of one whose chain is whole a task that says qcow2 is believed.
    const images = dests(left).filter(({ dest }) => QCOW2[dest.slice(left('').length)]);
    const { result } = await bounded('disk_image', { source, images, format: 'qcow2', size: '9M' }, ['left']);
    expect(
      Object.fromEntries(images.map(({ dest }, i) => [dest.slice(left('').length), told(result)[i]])),
    ).toEqual({
      pipe: `${FAR}/pipe is not a disk: neither a file nor a block device`,
      'pipe-raw': `${FAR}/pipe is not a disk: neither a file nor a block device`,
      server: expect.stringContaining('which is not a plain file of this host'),
      'server-old': expect.stringContaining('which is not a plain file of this host'),
      'server-json': expect.stringContaining('which is not a plain file of this host'),
      'server-inside': expect.stringContaining('which is not a plain file of this host'),
      neighbour: expect.stringContaining("a disk of the guest 'guests-victim'"),
      'neighbour-raw': expect.stringContaining("is qcow2 to the guest 'guests-victim'"),
      itself: `${left('itself')} is an overlay of itself`,
    });
    expect(await sizes('left')).toBe(String(8 * 1024 ** 2));
    const raw = await bounded('disk_image', { source, images: dests(left), format: 'raw', size: '9M' }, [
      ...['left', 'victim'],
    ]);
    expect(raw.result.msg).toBeUndefined();
    expect(await sizes('left')).toBe(String(9 * 1024 ** 2));
  });

  it('is a source that names nothing else, also where it may have backing files', async () => {
    const refused = [...Object.keys(QCOW2), 'unsaid', 'data', 'text', 'sparse'];
    for (const backing of ['copy', 'overlay']) {
      const args = { backing, backing_chain: true };
      const images = refused.map((name) => ({ source: left(name), dest: `${HOME}/out/${name}` }));
      const { result } = await bounded('disk_image', { images, ...args }, ['left', 'out']);
      for (const [i, msg] of told(result).entries()) {
        expect(msg, refused[i]).toMatch(
          /not a plain file|neither a file nor a block device|a disk of the guest|to the guest|of itself|doesn't say which format|description of a disk/,
        );
      }
    }
    const templates = NAMES.map((name) => ({
      source: left(name),
      dest: `${HOME}/out/${name}`,
      version: name,
    }));
    const { result } = await bounded('disk_template', { templates }, ['left', 'out']);
    const failed = told(result).flatMap((msg, i) => (msg === undefined ? [] : [NAMES[i]]));
    expect(failed).toEqual(expect.arrayContaining(refused));
    expect(await sh(`cd ${HOME}/out; rm -rf by-checksum/*; grep -rl secret . || true`)).toBe('');
  });
});

describe('what is removed', () => {
  it('is a template that no disk is an overlay of: what looks like one keeps it, unless it is raw to its guest', async () => {
    const kept = (name: string) => `${HOME}/templates/by-checksum/version-${name}.qcow2`;
    const dest = (name: string) => `${HOME}/templates/${name}`;
    const names = ['claimed', 'free'];
    await runModule(hypervisor, 'disk_template', {
      templates: names.map((name) => ({ dest: dest(name), source: left('vdi'), version: name })),
    });
    await sh(
      `cd ${HOME}; qemu-img create -q -f qcow2 -F qcow2 -b ${kept('claimed')} left/claim; qemu-img create -q -f qcow2 -F qcow2 -b ${kept('free')} evil/vdi`,
    );
    const templates = names.map((name) => ({ dest: dest(name), state: 'absent' }));
    const may = ['left', 'victim', 'templates'];
    const unknown = await bounded('disk_template', { templates }, may, { check: true });
    // Of which may be an overlay what nothing says what it is.
    expect(JSON.stringify(unknown.result)).toContain(
      `"${kept('free')}":["${left('server-inside')}","${left('unsaid')}"]`,
    );
    await sh(`cd ${HOME}/left; rm server-inside unsaid`);
    const { result } = await bounded('disk_template', { templates }, may);
    expect(result.msg).toBeUndefined();
    expect(JSON.stringify(result)).toContain(`"needed":{"${kept('claimed')}":["${left('claim')}"]}`);
    expect(await sh(`ls ${HOME}/templates/by-checksum`)).toBe('version-claimed.qcow2');
  });

  it("is a domain with its disks: another's raw disk holds none of them", async () => {
    const absent = { name: 'guests-victim', state: 'absent', remove_storage: true };
    const victim = await bounded('libvirt_domain', absent, []);
    expect(victim.result.actions).toEqual([
      `remove disk ${HOME}/victim/disk`,
      'undefine domain guests-victim',
    ]);
    const own = await bounded('libvirt_domain', { ...absent, name: 'guests-evil' }, []);
    expect(own.result.msg).toBeUndefined();
    expect(await sh(`ls ${HOME}/evil ${HOME}/victim`)).toBe(`${HOME}/evil:\n\n${HOME}/victim:`);
  });
});
