import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { valueAt } from '../../modules/lib/xml/element.ts';
import { disksXml } from '../../modules/libvirt_domain/desired/disks.ts';

interface Given {
  readonly disks: readonly { readonly dest: string; readonly format?: string }[];
  readonly domains: readonly { readonly disks: Parameters<typeof disksXml>[0] }[];
}

/** What the role gives its modules, as Ansible renders its templates. */
async function givenFor(variables: Record<string, unknown>): Promise<Given> {
  const work = mkdtempSync(join(tmpdir(), 'piecewise-role-'));
  try {
    const template = (name: string) =>
      `{{ lookup('ansible.builtin.template', '${join(ROOT, 'roles/vm/templates', name)}') | from_yaml }}`;
    const given = { disks: template('disks.yml.j2'), domains: template('domains.yml.j2') };
    const copy = {
      'ansible.builtin.copy': { content: '{{ given | to_json }}', dest: join(work, 'given.json') },
      vars: { given },
    };
    const play = [
      { hosts: 'localhost', connection: 'local', gather_facts: false, vars: variables, tasks: [copy] },
    ];
    writeFileSync(join(work, 'play.yml'), stringify(play));
    await execa('ansible-playbook', ['-i', 'localhost,', join(work, 'play.yml')], { cwd: work });
    return JSON.parse((await execa('cat', [join(work, 'given.json')])).stdout) as Given;
  } finally {
    rmSync(work, { recursive: true });
  }
}

describe('the role vm', () => {
  it('says of each disk that it is what the domain is to have it as', async () => {
    const vm = {
      ...{ name: 'a', memory: 1, disk_name: 'disk', cloudinit_file: 'c', state: 'present', disk_size: '1G' },
      ...{ interfaces: [], ovs: [], domain: {} },
    };
    const { disks, domains } = await givenFor({
      vm_wanted: [
        { ...vm, archive_name: 'packed' },
        { ...vm, archive_name: 'image', backing: 'copy' },
        { ...vm, archive_name: 'image' },
      ],
      ...{ vm_archives: { packed: '/p' }, vm_removed: [], vm_only_start: false, vm_only_define: false },
      ...{ vm_directory: '/v', vm_image_directory: '/i', vm_checksum_offload: true },
    });
    const had = domains.map((domain) => {
      const all = disksXml(domain.disks.map((disk) => ({ ...disk, device: disk.device ?? 'disk' })));
      const own = all.find((element) => valueAt(element, 'source/@file') === disks[0]?.dest);
      return valueAt(own, 'driver/@type');
    });
    expect(had).toEqual(['qcow2', 'qcow2', 'qcow2']);
    expect(disks.map(({ format }) => format)).toEqual(had);
  });
});
