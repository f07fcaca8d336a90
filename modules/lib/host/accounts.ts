import { Failure } from '../failure.ts';
import { readFile } from './files.ts';

async function idOf(name: string, file: string, kind: string): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name);
  const text = new TextDecoder().decode(await readFile(file));
  const line = text.split('\n').find((entry) => entry.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (id === undefined) throw new Failure(`the ${kind} '${name}' is not found on this host`);
  return Number(id);
}

/** The numeric id of a local user, by name or number. */
export const userId = (name: string): Promise<number> => idOf(name, '/etc/passwd', 'user');

/** The numeric id of a local group, by name or number. */
export const groupId = (name: string): Promise<number> => idOf(name, '/etc/group', 'group');
