import { expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { RULES_FILE } from '../../../modules/lib/nftables/table.ts';
import { filesOf } from '../../../modules/objects/network/names.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { recordText } from '../../../modules/objects/network/record.ts';
import { applyAttachments } from '../../../modules/objects/vm/attachments.ts';
import { noHost } from '../../support/fake.ts';

it('the rules of two runs at once are those of all networks', async () => {
  const files = new Map<string, string>();
  const declare = (name: string, i: number) => {
    const given = { name, bridge: 'br0', vlan: i, subnet: [`10.20.${i}.0/24`], nat: false };
    files.set(filesOf(name).record, recordText(withDefaults(networkOptions, given), []));
  };
  let last: Promise<unknown> = Promise.resolve();
  let tables = 0;
  const host: Host = {
    ...noHost,
    withLock: (_path, _seconds, act) => {
      const next = last.then(act);
      last = next;
      return next;
    },
    list: async (directory) =>
      directory.endsWith('/networks') ? [...files.keys()].flatMap((one) => one.split('/')[4] ?? []) : [],
    read: async (path) => {
      const text = files.get(path);
      return text === undefined ? undefined : Buffer.from(text);
    },
    write: async (path, text) => void (path === RULES_FILE && files.set(path, String(text))),
    // The first one to load takes longest.
    run: async () => {
      tables += 1;
      if (tables === 1) await new Promise((resolve) => setTimeout(resolve, 50));
      return { code: 0, stdout: '', stderr: '' };
    },
  };
  declare('one', 1);
  const first = load(host);
  await new Promise((resolve) => setTimeout(resolve, 10));
  declare('two', 2);
  await Promise.all([first, load(host)]);
  expect(files.get(RULES_FILE)).toMatch(/10\.20\.1\.0[\s\S]*10\.20\.2\.0/);
});

const load = (host: Host) =>
  applyAttachments(host, { files: new Map(), kept: new Map(), reload: [], ended: [], rules: true });
