import { setTimeout as sleep } from 'node:timers/promises';
import { execInside } from './exec.ts';
import type { Kind } from './packages.ts';

// systemd may call a container `degraded` for a unit that needs a real machine; its services run all the same.
const booted = 'case $(systemctl is-system-running) in running|degraded) ;; *) exit 1;; esac';

const checks: Record<Kind, string[]> = {
  hypervisor: [
    booted,
    'systemctl -q is-active ssh',
    'virsh -c qemu:///system version',
    'ovs-vsctl --timeout=2 show',
  ],
  bare: [booted, 'systemctl -q is-active ssh'],
  controller: [],
};

/** Waits until a hypervisor has booted and its services answer, at most `limit` seconds; throws with what doesn't. */
export async function waitReady(name: string, kind: Kind, limit = 60): Promise<void> {
  const until = performance.now() + limit * 1000;
  for (const check of checks[kind]) {
    for (;;) {
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
