/** A variable of this process's environment. */
export const variable = (name: string): string | undefined => process.env[name];

/** The id of this process. */
export const processId = (): number => process.pid;
