import type { Change } from '../../lib/ansible/plan.ts';
import type { FileInfo, Host } from '../../lib/host/host.ts';
import type { Database } from '../../lib/ovs/tables.ts';
import type { OverlayOptions } from './options.ts';
import { bridgeIn } from './underlay.ts';

const SERVICE = 'openvswitch-ipsec';
const SECRETS = '/etc/ipsec.secrets';
const OWNER_ONLY = 0o600;

/** The current state of what encrypts the tunnels. */
export interface Encryption {
  /** Whether the service runs. */
  readonly runs: boolean;
  /** The file that it writes keys to. */
  readonly secrets: FileInfo | undefined;
}

/** Looks at what would encrypt tunnels. */
export async function observeEncryption(host: Host): Promise<Encryption> {
  const [{ code }, secrets] = await Promise.all([
    host.run('systemctl', ['is-active', '--quiet', '--', SERVICE]),
    host.stat(SECRETS),
  ]);
  return { runs: code === 0, secrets };
}

/** Plans what tunnels with a key need. Pure. */
export function planEncryption(overlay: OverlayOptions, { runs, secrets }: Encryption, database: Database) {
  const { bridge, bridge_defaults } = overlay;
  const datapath = bridge_defaults.datapath_type ?? bridgeIn(overlay, database)?.datapath_type;
  // The service would leave it readable by everyone where strongSwan's package came after it (measured, Debian 13).
  const open = !secrets || (secrets.mode & ~OWNER_ONLY) !== 0;
  const change: Omit<Change<never>, 'step'> = {
    title: `make ${SECRETS} readable by root alone`,
    before: secrets && { mode: secrets.mode.toString(8) },
    after: { mode: OWNER_ONLY.toString(8) },
  };
  return {
    secrets: open ? change : undefined,
    missing: runs
      ? []
      : [
          `the service ${SERVICE}, which encrypts the tunnels, doesn't run: the role overlay installs and starts it`,
        ],
    warnings:
      datapath === 'netdev'
        ? [
            `option 'psk': ${bridge} has 'datapath_type: netdev', and its traffic bypasses the kernel, which does the encryption: its tunnels are not encrypted`,
          ]
        : [],
  };
}

/** Lets root alone read the keys; creates the file if it is missing. */
export async function protectSecrets(host: Host): Promise<void> {
  if (await host.stat(SECRETS)) await host.setAttributes(SECRETS, { mode: OWNER_ONLY });
  else await host.write(SECRETS, '', { mode: OWNER_ONLY });
}
