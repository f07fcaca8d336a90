import { setTimeout as sleep } from 'node:timers/promises';
import type { Keeper } from '../../../modules/lib/link/files.ts';
import { OvsLab } from '../ovs/lab.ts';

const STANZA = `
# The uplink
auto host0
iface host0 inet static
  address 10.77.0.1/24
  gateway 10.77.0.2
`;
const NETWORKD =
  '[Match]\nName=host0\n[Network]\nAddress=10.77.0.1/24\nGateway=10.77.0.2\nLinkLocalAddressing=no\n';

/** The task by which bridge br-ex takes what host0 has. */
export const UPLINK = {
  bridge: 'br-ex',
  port: 'host0',
  type: 'system',
  take_address: true,
  rollback_timeout: 5,
};

/** Where the way back is kept, and its service. */
export const PLACE = '/var/lib/piecewise-cloud/rollback';
export const SERVICE = 'piecewise-rollback.service';

/** A hypervisor whose host0 has the address 10.77.0.1/24, kept across a reboot. */
export class UplinkLab extends OvsLab {
  async begin(keeper: Keeper): Promise<void> {
    await this.sh(
      keeper === 'ifupdown'
        ? `cat >>/etc/network/interfaces <<'END'\n${STANZA}END\nifup host0`
        : `printf '${NETWORKD.replaceAll('\n', '\\n')}' >/etc/systemd/network/20-wired.network
           systemctl mask systemd-networkd-wait-online; systemctl disable networking; systemctl enable systemd-networkd; systemctl restart systemd-networkd
           rm -f /run/network/ifstate`,
    );
    await this.sh('ovs-vsctl add-br br-ex -- set bridge br-ex datapath_type=netdev');
    await this.until(() => this.routes('host0'), ['default via 10.77.0.2']);
  }

  async end(): Promise<void> {
    await this.sh(`
      systemctl start ovsdb-server ovs-vswitchd
      systemctl stop piecewise-rollback.timer ${SERVICE}
      ovs-vsctl --if-exists del-br br-ex
      ifdown --force host0 br-ex; ip address flush dev host0
      sed -i '/^# The uplink/,$d' /etc/network/interfaces
      rm -rf /etc/network/interfaces.d/* /etc/systemd/network/* ${PLACE}`);
  }

  /** What there is of a way back: its files, and its units that systemd knows. */
  left(): Promise<string> {
    return this.sh(
      `ls ${PLACE} 2>/dev/null; systemctl list-units --all --plain "piecewise-rollback*" --no-legend`,
    );
  }

  /** Waits until everything is back and nothing is left to do. */
  async undone(): Promise<void> {
    await this.until(async () => (await this.left()).trim(), 'undone');
  }

  /** Waits, some seconds, until something is as it is to be. */
  async until<T>(look: () => Promise<T>, expected: T, seconds = 20): Promise<void> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const seen = await look();
      if (JSON.stringify(seen) === JSON.stringify(expected)) return;
      if (performance.now() > end) {
        throw new Error(
          `not so after ${seconds} s, but ${JSON.stringify(seen)}:\n${await this.left()}\n${await this.everything()}`,
        );
      }
      await sleep(100);
    }
  }
}
