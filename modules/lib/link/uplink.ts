import { type Host, readText } from '../host/host.ts';
import { partOf } from '../net/stanzas.ts';
import { FILES, fileOf, INTERFACES } from './files.ts';

/** What else configures an interface of the host. */
export interface Uplink {
  /** The texts of ifupdown's files with stanzas of it, by path, without ours. */
  readonly files: ReadonlyMap<string, string>;
  /** The file by which systemd-networkd configures it. */
  readonly networkFile: { readonly path: string; readonly text: string } | undefined;
  /** NetworkManager manages it. */
  readonly networkManager: boolean;
}

/** Reads what configures an interface of the host, without a process. */
export async function readUplink(host: Host, name: string): Promise<Uplink> {
  const index = (await readText(host, `/sys/class/net/${name}/ifindex`))?.trim();
  const { directory } = FILES.ifupdown;
  const paths = [INTERFACES, ...(await host.list(directory)).map((file) => `${directory}/${file}`)];
  const [networkd, manager, ...texts] = await Promise.all([
    readText(host, `/run/systemd/netif/links/${index}`),
    readText(host, `/run/NetworkManager/devices/${index}`),
    ...paths.map((path) => readText(host, path)),
  ]);
  const files = paths.flatMap((path, i): [string, string][] => {
    const text = texts[i];
    const ours = path === fileOf('ifupdown', name);
    return text !== undefined && !ours && partOf(text, name).rest !== text ? [[path, text]] : [];
  });
  const path = /^NETWORK_FILE=(.+)$/m.exec(networkd ?? '')?.[1];
  return {
    files: new Map(files),
    networkFile: path ? { path, text: (await readText(host, path)) ?? '' } : undefined,
    networkManager: /^managed=true$/m.test(manager ?? ''),
  };
}
