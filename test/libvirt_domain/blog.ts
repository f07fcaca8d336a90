/** The machine of the blog's template, with what it shows of it: the CD on IDE, two NICs of one target in VLANs. */
export const blogXml = (name: string): string => `<?xml version='1.0'?>
<domain type='qemu'>
  <name>${name}</name>
  <title>As in the blog</title>
  <memory>512024</memory>
  <vcpu>1</vcpu>
  <os><type machine='pc'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/><pae/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/test/template-debian-9.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/images/test/cloud-init_ci.iso'/>
      <target dev='hdc' bus='ide'/>
      <readonly/>
      <address type='drive' controller='0' bus='1' target='0' unit='0'/>
    </disk>
    <interface type='bridge'>
      <virtualport type='openvswitch'></virtualport>
      <model type='virtio'/>
      <target dev='veth-test'/>
      <source bridge='ovs-wan1'/>
      <vlan><tag id='25'/></vlan>
    </interface>
    <interface type='bridge'>
      <virtualport type='openvswitch'></virtualport>
      <model type='virtio'/>
      <target dev='veth-test'/>
      <source bridge='ovs-wan2'/>
      <vlan trunk='yes'><tag id='25'/><tag id='26'/></vlan>
    </interface>
    <serial type='pty'/>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/>
  </devices>
</domain>`;
