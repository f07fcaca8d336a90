import { setTimeout as sleep } from 'node:timers/promises';
import { execInside } from './exec.ts';
import type { BootedKind } from './packages.ts';

// systemd may call a container `degraded` for a unit that needs a real machine; its services run all the same.
const booted = 'case $(systemctl is-system-running) in running|degraded) ;; *) exit 1;; esac';

const checks: Record<BootedKind, string[]> = {
  hypervisor: [
    booted,
    'systemctl -q is-active ssh',
    'virsh -c qemu:///system version',
    'ovs-vsctl --timeout=2 show',
  ],
  bare: [booted, 'systemctl -q is-active ssh'],
};

// Far more than a slow machine needs: a boot takes one to four seconds.
const limit = 60;

/**
 * Waits until a hypervisor has booted and its services answer.
 * Throws with the check that fails if they don't within a minute, or when interrupted.
 */
export async function waitReady(name: string, kind: BootedKind, interruption?: AbortSignal): Promise<void> {
  const until = performance.now() + limit * 1000;
  for (const check of checks[kind]) {
    for (;;) {
      interruption?.throwIfAborted();
      const { exitCode, stdout, stderr } = await execInside(name, ['sh', '-c', check], {
        check: false,
        timeout: 30,
      });
      if (exitCode === 0) break;
      if (performance.now() > until) {
        throw new Error(`${name} is not ready after ${limit} s: ${check}\n${stdout}${stderr}`);
      }
      await sleep(100);
    }
  }
}
