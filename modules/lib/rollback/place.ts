/** Where the way back is kept until it is taken or confirmed; root's alone. */
export const HERE = '/var/lib/piecewise-cloud/rollback';
export const SCRIPT = `${HERE}/back.sh`;
/** The files as they were. */
export const FILES = `${HERE}/files`;

/**
 * What the change is about, as JSON, by the name that says how far it has come. One file that is renamed: there is one
 * winner where it is confirmed and undone at once, and it needs no room.
 */
export const ARMING = `${HERE}/arming.json`;
export const ABOUT = `${HERE}/about.json`;
export const CONFIRMED = `${HERE}/confirmed.json`;
export const UNDOING = `${HERE}/undoing.json`;
/** In the end it says when everything was back. */
export const UNDONE = `${HERE}/undone`;

/** Held for each step of the task, while it is armed and confirmed, and while the way back is taken. */
export const LOCK = '/run/piecewise-rollback.lock';
/** There when the interface was brought up by its own files: until the next boot, which does so too. */
export const RAISED = '/run/piecewise-rollback.raised';

export const UNIT = 'piecewise-rollback';
export const SERVICE = `/etc/systemd/system/${UNIT}.service`;
export const TIMER = `/etc/systemd/system/${UNIT}.timer`;

/** Where a file is saved, by its place in the list. */
export const savedAs = (index: number): string => `${FILES}/${index}`;
