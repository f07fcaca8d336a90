import type { OvnLab } from './lab.ts';

/** The databases, by what their programs call them. */
export const DATABASES = [
  ['nb', 'OVN_Northbound'],
  ['sb', 'OVN_Southbound'],
] as const;
export type Database = (typeof DATABASES)[number];

/** The unit of a database's server. */
export const unitOf = ([short]: Database) => `ovn-ovsdb-server-${short}`;

/** What a server says of its cluster. */
export const status = (lab: OvnLab, name: string, [short, schema]: Database): Promise<string> =>
  lab.host(name).sh(`ovs-appctl -t /run/ovn/ovn${short}_db.ctl cluster/status ${schema}`);

/** The host that leads a database, as seen by itself; undefined while there is none. @param hosts all by default */
export async function leader(
  lab: OvnLab,
  database: Database,
  hosts = lab.hosts.map(({ name }) => name),
): Promise<string | undefined> {
  for (const name of hosts) {
    const text = await status(lab, name, database).catch(() => '');
    if (/^Role: leader$/m.test(text)) return name;
  }
  return undefined;
}

/** Waits until something is so. @returns the seconds that it took @throws Error after so many */
export async function until(seconds: number, what: string, isSo: () => Promise<boolean>): Promise<number> {
  const start = Date.now();
  while (!(await isSo())) {
    if (Date.now() - start > seconds * 1000) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return (Date.now() - start) / 1000;
}

/** Kills the server of a database, and keeps it down. */
export const killServer = (lab: OvnLab, name: string, database: Database): Promise<string> => {
  const unit = unitOf(database);
  return lab.host(name).sh(`systemctl kill --signal=KILL ${unit}; systemctl stop ${unit} || true`);
};

/** Makes a host the leader of a database: whoever else leads is restarted until it does. */
export async function makeLeader(lab: OvnLab, name: string, database: Database): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    let led: string | undefined;
    await until(30, 'a leader', async () => {
      led = await leader(lab, database);
      return led !== undefined;
    });
    if (led === name) return;
    await lab.host(led ?? '').sh(`systemctl restart ${unitOf(database)}`);
  }
  throw new Error(`${name} does not become the leader of ${database[1]}`);
}
