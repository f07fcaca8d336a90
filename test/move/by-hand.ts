import type { MoveHost } from './lab.ts';

// A move as an administrator makes it, of programs alone: what the modules do is compared with it.

const home = (name: string) => `/var/lib/libvirt/images/${name}`;
/** Of the sockets; QEMU of both hosts must be able to use them. */
const sockets = (name: string) => `/var/lib/libvirt/qemu/by-hand/${name}`;
const unit = (name: string) => `move-way-${name}`;

/** Opens the way from the old host to the new one: a key for this move, and one SSH connection that forwards three sockets. */
export async function openWay(from: MoveHost, to: MoveHost, name: string): Promise<void> {
  const dir = sockets(name);
  for (const { sh } of [from, to]) {
    await sh(
      `install -d -m 700 -o libvirt-qemu -g libvirt-qemu /var/lib/libvirt/qemu/by-hand ${dir}; rm -f ${dir}/*`,
    );
  }
  const key = await from.sh(
    `ssh-keygen -q -t ed25519 -N '' -C by-hand-${name} -f ${dir}/key; cat ${dir}/key.pub`,
  );
  const rules = `restrict,port-forwarding,command="/bin/false",from="${from.address}"`;
  await to.sh(`echo '${rules} ${key}' >>/root/.ssh/authorized_keys`);
  const hostKey = await to.sh('cat /etc/ssh/ssh_host_ed25519_key.pub');
  const options = [
    ['IdentityFile', `${dir}/key`],
    ['IdentitiesOnly', 'yes'],
    ['BatchMode', 'yes'],
    ['UserKnownHostsFile', `${dir}/known_hosts`],
    ['StrictHostKeyChecking', 'yes'],
    ['ExitOnForwardFailure', 'yes'],
    ['StreamLocalBindMask', '0177'],
  ].map(([option, value]) => `-o ${option}=${value}`);
  const forwards = ['mig', 'nbd'].map((one) => `-L ${dir}/${one}.sock:${dir}/${one}.sock`);
  const all = [...options, `-L ${dir}/dest.sock:/run/libvirt/libvirt-sock`, ...forwards].join(' ');
  await from.sh(
    `echo '${to.address} ${hostKey}' >${dir}/known_hosts
     systemd-run -q --unit=${unit(name)} ssh -N -F /dev/null ${all} root@${to.address}
     for i in $(seq 100); do test -S ${dir}/nbd.sock && break; sleep 0.1; done
     chown libvirt-qemu:libvirt-qemu ${dir}/*.sock`,
  );
}

/** Closes the way; the key is of no more use. */
export async function closeWay(from: MoveHost, to: MoveHost, name: string): Promise<void> {
  await from.sh(`systemctl stop ${unit(name)} || true; rm -rf ${sockets(name)}`);
  await to.sh(`sed -i '/ by-hand-${name}$/d' /root/.ssh/authorized_keys; rm -rf ${sockets(name)}`);
}

/** The URI of the new host's libvirt, on the old host, while the way is open. */
export const farUri = (name: string): string => `qemu+unix:///system?socket=${sockets(name)}/dest.sock`;

/** Copies small files of the guest's directory by libvirt, whose transient pool leaves nothing behind. */
export async function upload(from: MoveHost, name: string, files: readonly string[]): Promise<void> {
  const pool = `by-hand-${name}`;
  const far = `virsh -c '${farUri(name)}'`;
  await from.sh(
    `cd ${home(name)}
     ${far} pool-create-as ${pool} dir --target ${home(name)}
     for file in ${files.join(' ')}; do
       ${far} vol-create-as ${pool} $file $(stat -c %s $file) --format raw
       ${far} vol-upload --pool ${pool} $file $file
     done
     ${far} pool-destroy ${pool}`,
  );
}

/** The command that moves a running guest. @param options of virsh, such as `--copy-storage-inc` */
export const migrateCommand = (name: string, options: string): string =>
  `virsh migrate --live --p2p --persistent --undefinesource ${options} ${name} '${farUri(name)}' \
     --migrateuri unix://${sockets(name)}/mig.sock --disks-uri unix://${sockets(name)}/nbd.sock`;

/** Moves a guest with all that is in its directory. Its disks are made empty on the new host, as overlays where they are overlays. */
export async function moveByHand(from: MoveHost, to: MoveHost, name: string): Promise<void> {
  const names = (await from.sh(`ls ${home(name)}`)).split('\n');
  const disks = names.filter((file) => file.endsWith('.qcow2'));
  await to.sh(`rm -rf ${home(name)}; mkdir -p ${home(name)}`);
  for (const disk of disks) {
    const info = await from.sh(`qemu-img info -U --output=json ${home(name)}/${disk}`);
    const { 'virtual-size': size, 'full-backing-filename': backing } = JSON.parse(info);
    const over = backing === undefined ? '' : `-F qcow2 -b '${backing}'`;
    await to.sh(`qemu-img create -q -f qcow2 ${over} ${home(name)}/${disk} ${size}`);
  }
  await openWay(from, to, name);
  try {
    await upload(
      from,
      name,
      names.filter((file) => !disks.includes(file)),
    );
    const targets = await from.sh(`virsh domblklist --details ${name} | awk '$2 == "disk" { print $3 }'`);
    const which = `--copy-storage-inc --migrate-disks ${targets.split('\n').join(',')}`;
    await from.sh(migrateCommand(name, which));
  } finally {
    await closeWay(from, to, name);
  }
}
