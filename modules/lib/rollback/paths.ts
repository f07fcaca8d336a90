/** The rollback's directory until it has run or the change is confirmed; only root may read it. */
export const DIRECTORY = '/var/lib/piecewise-cloud/rollback';
export const SCRIPT = `${DIRECTORY}/back.sh`;
/** The saved files. */
export const FILES = `${DIRECTORY}/files`;

/**
 * The change, as JSON; the file's name is its state. A rename has one winner where the change is confirmed and undone at
 * once, and needs no disk space.
 */
export const ARMING = `${DIRECTORY}/arming.json`;
export const ABOUT = `${DIRECTORY}/about.json`;
export const CONFIRMED = `${DIRECTORY}/confirmed.json`;
export const UNDOING = `${DIRECTORY}/undoing.json`;
/** Has the time when the rollback was complete. */
export const UNDONE = `${DIRECTORY}/undone`;

/** Held for each step of the task, while the rollback is armed or disarmed, and while it runs. */
export const LOCK = '/run/piecewise-rollback.lock';
/** Exists when the interface was brought up by its restored files, until the next boot. */
export const RAISED = '/run/piecewise-rollback.raised';

export const UNIT = 'piecewise-rollback';
export const SERVICE = `/etc/systemd/system/${UNIT}.service`;
export const TIMER = `/etc/systemd/system/${UNIT}.timer`;

/** Where a file is saved, by its index in the list of files. */
export const savedAs = (index: number): string => `${FILES}/${index}`;
