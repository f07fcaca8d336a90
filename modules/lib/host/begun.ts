import { type Host, readText } from './host.ts';

/**
 * When a process began, in ticks since the start of the host: process ids are reused. It is field 22 of /proc/PID/stat (proc(5)); fields
 * are counted from the end of the name, which may hold any characters.
 * @param pid its number, or `self`
 * @returns undefined where there is no such process
 */
export async function begunAt(host: Host, pid: string): Promise<string | undefined> {
  const text = await readText(host, `/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
