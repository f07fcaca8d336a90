import { childOf, type Element } from '../../../xml/element.ts';

/** The namespace of a note in the live metadata only: libvirt drops it when the guest stops. */
export const MOVED_NAMESPACE = 'https://piecewise.cloud/libvirt/moved/1';

/** MAC addresses of the interfaces that are on another bridge than libvirt reports. */
export function movedIn(live: Element): readonly string[] {
  const notes = childOf(live, 'metadata')?.children.find(({ attributes }) =>
    Object.values(attributes).includes(MOVED_NAMESPACE),
  );
  return notes?.children.flatMap((note) => note.attributes.mac ?? []) ?? [];
}
