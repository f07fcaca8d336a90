import type { Host, Ran } from '../../../modules/lib/host/host.ts';
import { realHost } from '../../../modules/lib/host/real.ts';
import { fileOf, INTERFACES } from '../../../modules/lib/link/files.ts';
import { formatAddress, parseAddress } from '../../../modules/lib/net/address.ts';
import { parseIfupdown, raisedInterfaces } from '../../../modules/lib/net/ifupdown.ts';
import { formatRoute, isReached, parseRoute } from '../../../modules/lib/net/route.ts';
import { MemoryDatabase } from './memory.ts';

export const SOCKET = '/var/run/openvswitch/db.sock';

interface Device {
  up: boolean;
  addresses: string[];
  /** As `formatRoute` says them. */
  routes: string[];
  /** The bridge of an interface that Open vSwitch made. */
  bridge?: string;
}

const DEBIAN = `# interfaces(5)\nsource /etc/network/interfaces.d/*\n`;
const IFSTATE = '/run/network/ifstate';
const ok: Ran = { code: 0, stdout: '', stderr: '' };

/** A Debian host with ifupdown and Open vSwitch, in memory, as strict as the real programs are. */
export class FakeHost {
  readonly database = new MemoryDatabase();
  readonly files = new Map<string, string>([
    [SOCKET, ''],
    ['/sbin/ifup', ''],
    ['/sbin/dhclient', ''],
    ['/run/systemd/system', ''],
    ['/etc/systemd/system/multi-user.target.wants/networking.service', ''],
    [INTERFACES, DEBIAN],
    [IFSTATE, 'lo=lo\n'],
  ]);
  readonly devices = new Map<string, Device>([['eth1', { up: true, addresses: [], routes: [] }]]);
  readonly commands: string[] = [];

  constructor() {
    this.database.onCommit = () => this.#followDatabase();
  }

  // vswitchd makes an internal interface anew when it gets to another bridge, or another number.
  #followDatabase(): void {
    const places = new Map<string, string>();
    const rows = (table: string, refs: unknown) => {
      const uuids = (Array.isArray(refs) && refs[0] === 'set' ? refs[1] : [refs]) as string[][];
      return uuids.flatMap((ref) => this.database.rows(table).find(({ _uuid }) => _uuid === ref[1]) ?? []);
    };
    for (const bridge of this.database.rows('Bridge')) {
      for (const port of rows('Port', bridge.ports)) {
        for (const { name, type, _uuid, ofport_request: asked } of rows('Interface', port.interfaces)) {
          const row = this.database.tables.Interface?.get(_uuid);
          if (row && typeof asked === 'number') row.ofport = asked;
          const place = `${bridge.name} ${bridge.datapath_type} ${row?.ofport}`;
          if (type === 'internal') places.set(name as string, place);
        }
      }
    }
    for (const [name, { bridge }] of this.devices)
      if (bridge !== undefined && places.get(name) !== bridge) this.devices.delete(name);
    for (const [name, bridge] of places)
      if (!this.devices.has(name)) this.devices.set(name, { up: false, addresses: [], routes: [], bridge });
  }

  #raised = () => raisedInterfaces(this.files.get(IFSTATE) ?? '');
  #setRaised = (names: Set<string>) => this.files.set(IFSTATE, [...names].map((n) => `${n}=${n}\n`).join(''));

  #ifup(names: readonly string[]): Ran {
    for (const name of names) {
      const text = this.files.get(fileOf('ifupdown', name));
      const device = this.devices.get(name);
      if (text === undefined || !device) return { ...ok, code: 1, stderr: `unknown interface ${name}` };
      for (const address of parseIfupdown(text).addresses.map(formatAddress)) {
        if (device.addresses.includes(address))
          return { ...ok, code: 1, stderr: 'Address already assigned.' };
        device.addresses.push(address);
      }
      device.routes.push(...parseIfupdown(text).routes.map(formatRoute));
      device.up = true;
      this.#setRaised(this.#raised().add(name));
    }
    return ok;
  }

  /** @param known whether it reads the files that say what it is to take down */
  #ifdown(names: readonly string[], known: boolean): Ran {
    const raised = this.#raised();
    for (const name of names) {
      const file = parseIfupdown(this.files.get(fileOf('ifupdown', name)) ?? '').addresses.map(formatAddress);
      const device = known ? this.devices.get(name) : undefined;
      if (device) device.routes = [];
      if (device) device.addresses = device.addresses.filter((address) => !file.includes(address));
      raised.delete(name);
    }
    this.#setRaised(raised);
    return ok;
  }

  #batch(input: string): Ran {
    for (const line of input.trim().split('\n')) {
      const [, verb, what, name] = /^address (\S+) (\S+).* dev (\S+)$/.exec(line) ?? [];
      const upped = /^link set dev (\S+) up$/.exec(line)?.[1];
      const routed = /^route (replace|delete) (\S+?)(?: via (\S+))? dev (\S+)(?: metric (\d+))?$/.exec(line);
      const device = this.devices.get(name ?? upped ?? routed?.[4] ?? '');
      if (!device) return { ...ok, code: 1, stderr: `Cannot find device: ${line}` };
      if (upped) device.up = true;
      else if (routed) {
        const [, act, to = '', via, , metric] = routed;
        const route = formatRoute(parseRoute({ to, via, metric: metric ? Number(metric) : undefined }));
        const target = route.replace(/ via \S+/, '');
        if (act === 'delete' && !device.routes.includes(route))
          return { ...ok, code: 2, stderr: `No such process: ${line}` };
        device.routes = device.routes.filter((one) => one.replace(/ via \S+/, '') !== target);
        if (act === 'replace') device.routes.push(route);
      } else if (verb === 'replace') device.addresses = [...new Set([...device.addresses, what ?? ''])];
      else if (!device.addresses.includes(what ?? ''))
        return { ...ok, code: 2, stderr: `cannot assign: ${line}` };
      else {
        device.addresses = device.addresses.filter((address) => address !== what);
        // The kernel drops a route with the address that its router is reached by.
        const reached = device.addresses.map((address) => parseAddress(address));
        device.routes = device.routes.filter((route) => {
          const via = / via (\S+)/.exec(route)?.[1];
          return via === undefined || isReached(via, reached, []);
        });
      }
    }
    return ok;
  }

  #show(): string {
    const links = [...this.devices].map(([ifname, { up, addresses }]) => ({
      ifname,
      flags: up ? ['UP'] : [],
      addr_info: addresses
        .map((address) => parseAddress(address))
        .map(({ ip, prefix }) => ({ local: ip, prefixlen: prefix, scope: 'global' })),
    }));
    const routes = [...this.devices].flatMap(([dev, device]) =>
      device.routes.map((route) => {
        const [, dst, gateway, metric] = /^(\S+)(?: via (\S+))?(?: metric (\d+))?$/.exec(route) ?? [];
        const six = `${dst}${gateway}`.includes(':');
        return {
          dst,
          gateway,
          dev,
          metric: metric ? Number(metric) : six ? 1024 : undefined,
          ...(six && { pref: 'medium' }),
        };
      }),
    );
    return `${JSON.stringify(links)}\n${JSON.stringify(routes)}\n`;
  }

  readonly host = {
    run: async (program: string, args: readonly string[], { input = '' } = {}): Promise<Ran> => {
      this.commands.push([program, ...args].join(' '));
      const names = args.filter((arg) => !arg.startsWith('-'));
      if (program === 'ifup') return this.#ifup(names);
      if (program === 'ifdown') return this.#ifdown(names, !args.includes('--interfaces=/dev/null'));
      if (program === 'env') return ok;
      if (args.includes('-batch') && !args.includes('-json')) return this.#batch(String(input));
      return { ...ok, stdout: this.#show() };
    },
    read: async (path: string) => {
      const text = this.files.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    stat: async (path: string) => (this.files.has(path) ? {} : undefined),
    list: async (directory: string) => {
      if (directory === '/sys/class/net') return [...this.devices.keys()];
      const inside = [...this.files.keys()].filter((path) => path.startsWith(`${directory}/`));
      return inside.map((path) => path.slice(directory.length + 1)).sort();
    },
    now: realHost.now,
    sleep: realHost.sleep,
    realPath: async (path: string) => (this.files.has(path) ? path : undefined),
    write: async (path: string, text: string) => void this.files.set(path, text),
    remove: async (path: string) => void this.files.delete(path),
    makeDirectory: async () => {},
    connect: async (socket: string) => {
      if (!this.files.has(socket)) throw new Error('ENOENT');
      return this.database.connect();
    },
  } as unknown as Host;

  /** All that a run could change. */
  snapshot(): string {
    const { tables } = this.database;
    const rows = Object.entries(tables).map(([name, of]) => [name, [...of]]);
    return JSON.stringify([rows, [...this.files], [...this.devices]]);
  }
}
