import { type Host, readText } from '../host/host.ts';

/** Whether a host can run guests by KVM. */
export async function hasKvm(host: Host): Promise<boolean> {
  const cpuinfo = (await readText(host, '/proc/cpuinfo')) ?? '';
  const device = await host.stat('/dev/kvm');
  // /dev/kvm alone is not enough: in a guest without nested virtualisation it exists and hangs.
  return device !== undefined && /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo);
}
