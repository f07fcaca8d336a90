import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText } from '../support/module.ts';

const HOME = '/var/lib/libvirt/killed-test';
const TIMES = 10;
let hypervisor: Hypervisor;
const sh = async (script: string, input = '') =>
  (await hypervisor.exec(['sh', '-c', script], { input, timeout: 110 })).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p ${HOME} && sound() { qemu-img info out/disk | grep -q 'format: raw' || qemu-img check -q out/disk; }
cd ${HOME} && head -c 24M /dev/urandom >raw && qemu-img convert -O qcow2 raw qcow2 && xz -0 -c raw >raw.xz && gzip -1 -c qcow2 >qcow2.gz && sha256sum raw.xz qcow2.gz >SUMS`,
  );
});
afterAll(() => sh(`rm -rf ${HOME}`));

// How long a whole run takes, and then runs that are killed somewhere in it. What is there then must be the disk.
const KILL = `
sound() { qemu-img info out/disk | grep -q 'format: raw' || qemu-img check -q out/disk; }
cd ${HOME} && rm -rf out && mkdir out && cat >module.js
complete() { sound && qemu-img convert -O raw out/disk check && cmp -n 25165824 check raw; }
begin=$(date +%s%N); node module.js >result || { cat result; exit 1; }; end=$(date +%s%N)
complete || echo whole run: no disk
found=0
for i in $(seq ${TIMES}); do
  rm -rf out/disk templates
  wait=$(awk "BEGIN { srand($i * 7919 + $$); print rand() * ($end - $begin) / 1e9 }")
  node module.js >/dev/null 2>&1 & pid=$!
  sleep $wait; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  if [ -e out/disk ]; then found=$((found + 1)); complete || echo "killed after $wait s: broken"; fi
done
rm -rf out/disk
node module.js >/dev/null; complete && ls -A out && pgrep -fc '${HOME}/out/[.]' ; true
`;

describe(`a run that is killed at ${TIMES} points`, () => {
  const rows: [string, object][] = [
    ['while it unpacks', { source: `${HOME}/raw.xz`, format: 'raw' }],
    ['while it unpacks and converts', { source: `${HOME}/raw.xz`, checksum: `sha256:${HOME}/SUMS` }],
    ['while it copies', { source: `${HOME}/qcow2`, cluster_size: '4K', size: '32M' }],
    [
      'while it keeps a template for an overlay',
      { source: `${HOME}/qcow2.gz`, checksum: `sha256:${HOME}/SUMS`, backing: 'overlay' },
    ],
  ];
  it.each(rows)('%s leaves nothing, or the disk; and the next run makes it', async (_, args) => {
    const all = { dest: `${HOME}/out/disk`, templates: `${HOME}/templates`, ...args };
    const said = await sh(KILL, await moduleText('disk_image', all));
    // The last two lines: all that is in the directory, and how many processes are still at it.
    expect(said).toBe('disk\n0');
  });
});
