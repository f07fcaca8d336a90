import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { expectSame, killedEverywhere, TREE } from './everywhere.ts';

const HOME = '/var/lib/libvirt/killed-template';
const PORT = 18081;
const dest = `${HOME}/templates/debian.qcow2`;
let hypervisor: Hypervisor;
const sums: Record<string, string> = {};
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `rm -rf ${HOME}; mkdir -p ${HOME}/in && cd ${HOME}/in && for name in one two; do head -c 1M /dev/urandom >$name.raw; qemu-img convert -O qcow2 $name.raw $name; done; gzip -k two`,
  );
  for (const name of ['one', 'two.gz']) {
    sums[name] = (await sh(`sha256sum <${HOME}/in/${name}`)).split(' ')[0] ?? '';
  }
  const one = `by-checksum/sha256-${sums.one}.qcow2`;
  await sh(
    `mkdir -p ${HOME}/one/by-checksum && cd ${HOME}/one && install -m 444 ../in/one ${one} && ln -s ${one} debian.qcow2`,
  );
  const server = readFileSync(new URL('../disk_image/server.cjs', import.meta.url));
  await hypervisor.exec(['sh', '-c', `cat >${HOME}/server.cjs`], { input: server });
  const get = `node -e "require('http').get('http://127.0.0.1:${PORT}/one').on('error', () => {})"`;
  await sh(
    `touch ${HOME}/log && systemd-run -q --unit=killed-template node ${HOME}/server.cjs ${PORT} ${HOME}/in ${HOME}/log && until grep -q . ${HOME}/log; do ${get}; sleep 0.1; done`,
  );
});
afterAll(() => sh(`systemctl stop killed-template; rm -rf ${HOME}`));

const nothing = `rm -rf ${HOME}/templates ${HOME}/given`;
const named = `${nothing}; cp -a ${HOME}/one ${HOME}/templates`;

describe('disk_template that is killed before each of its effects', () => {
  it.each([
    [
      'fetches another',
      () => ({ url: `http://127.0.0.1:${PORT}/two.gz`, checksum: `sha256:${sums['two.gz']}` }),
      named,
    ],
    [
      'takes its source',
      () => ({ source: `${HOME}/given`, version: '7', remove_source: true }),
      `${nothing}; cp ${HOME}/in/two ${HOME}/given`,
    ],
    ['is removed', () => ({ state: 'absent' }), named],
  ] as const)('%s all the same by the next run', async (_, args, prepare) => {
    const report = await killedEverywhere(hypervisor, {
      module: 'disk_template',
      args: { dest, ...args() },
      prepare,
      show: `${TREE} ${HOME}/templates ${HOME}/given`,
    });
    expectSame(report);
  });
});
