const SECTOR = 2048;

/** What the machine code prints on the serial port when it was read from the ISO, and from the disk. */
export const SAID = { byIso: 'the ISO boots, and installs', byDisk: 'the disk boots' } as const;

/**
 * A boot sector, for 0000:7c00. It prints a line on the first serial port. Read from a CD (bit 6 of the drive's number in DL), it
 * writes itself to the first disk before, as an installer, and then resets the machine.
 *
 * 7c00 ljmp 0:7c05; xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,7c00; cld
 * 7c11 mov si,7c4a (the disk's line); test dl,40; je 7c2a
 * 7c19 mov ax,0301; mov cx,1; mov dx,80; mov bx,7c00; int 13 (write a sector); mov si,7c5b (the ISO's line)
 * 7c2a mov dx,3fd; in al,dx; test al,20; je 7c2d (until the port takes a byte); lodsb; test al,al; je 7c3d
 * 7c37 mov dx,3f8; out dx,al; jmp 7c2a
 * 7c3d cmp si,7c79 (the end of the ISO's line); jb 7c47; mov al,fe; out 64,al (reset)
 * 7c47 hlt; jmp 7c47
 */
const CODE = `ea057c0000 31c0 8ed8 8ec0 8ed0 bc007c fc
  be4a7c f6c240 7411
  b80103 b90100 ba8000 bb007c cd13 be5b7c
  bafd03 ec a820 74fb ac 84c0 7406
  baf803 ee ebed
  81fe797c 7204 b0fe e664
  f4 ebfd`;

function bootSector(): Uint8Array {
  const sector = Buffer.alloc(512);
  const code = Buffer.from(CODE.replace(/\s/g, ''), 'hex');
  code.copy(sector);
  Buffer.from(`${SAID.byDisk}\r\n\0${SAID.byIso}\r\n\0`, 'latin1').copy(sector, code.length);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** An ISO without files that the firmware boots, by El Torito without emulation. */
export function bootIso(): Uint8Array {
  const image = Buffer.alloc(20 * SECTOR);
  const at = (sector: number, offset: number, content: Uint8Array | string) =>
    Buffer.from(content as string, 'latin1').copy(image, sector * SECTOR + offset);
  // The primary volume descriptor, that of the boot record, which names the sector of the catalogue, and the catalogue.
  at(16, 0, '\x01CD001\x01\0');
  at(17, 0, '\0CD001\x01EL TORITO SPECIFICATION');
  image.writeUInt32LE(18, 17 * SECTOR + 0x47);
  // The validation entry, whose words add up to zero, and the entry of one sector of 512 bytes at sector 19.
  image.set([1, 0, 0, 0], 18 * SECTOR);
  image.set([0xaa, 0x55, 0x55, 0xaa], 18 * SECTOR + 28);
  image.set([0x88, 0, 0, 0, 0, 0, 1, 0, 19, 0, 0, 0], 18 * SECTOR + 32);
  at(19, 0, bootSector());
  return image;
}
