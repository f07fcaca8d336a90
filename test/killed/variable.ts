/** The variable of the environment that says before which effect a run is killed: 1 is the first. */
export const KILL_BEFORE = 'PIECEWISE_KILL_BEFORE';
