/** The rollback's directory until it has run or the change is confirmed; only root may read it. */
export const HERE = '/var/lib/piecewise-cloud/rollback';
export const SCRIPT = `${HERE}/back.sh`;
/** The saved files. */
export const FILES = `${HERE}/files`;

/**
 * The change, as JSON; the file's name is its state. A rename has one winner where the change is confirmed and undone at
 * once, and needs no disk space.
 */
export const ARMING = `${HERE}/arming.json`;
export const ABOUT = `${HERE}/about.json`;
export const CONFIRMED = `${HERE}/confirmed.json`;
export const UNDOING = `${HERE}/undoing.json`;
/** Has the time when the rollback was complete. */
export const UNDONE = `${HERE}/undone`;

/** Held for each step of the task, while the rollback is armed or disarmed, and while it runs. */
export const LOCK = '/run/piecewise-rollback.lock';
/** Exists when the interface was brought up by its restored files, until the next boot. */
export const RAISED = '/run/piecewise-rollback.raised';

export const UNIT = 'piecewise-rollback';
export const SERVICE = `/etc/systemd/system/${UNIT}.service`;
export const TIMER = `/etc/systemd/system/${UNIT}.timer`;

/** Where a file is saved, by its place in the list. */
export const savedAs = (index: number): string => `${FILES}/${index}`;
