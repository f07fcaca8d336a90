import { typeOf } from './kinds.ts';
import { givenParts } from './parts.ts';
import type { UserData } from './userdata.ts';
import { checkCloudConfig, checkNetworkConfig, type Finding } from './validate/validate.ts';
import { parseYaml } from './yaml/parse.ts';
import { isMapping } from './yaml/value.ts';

/** The documents of a seed, by the names of their options. */
export interface Documents {
  readonly user_data?: UserData;
  readonly vendor_data?: UserData;
  readonly network_config?: Readonly<Record<string, unknown>> | string | undefined;
}

function ofUserData(option: string, given: UserData): Finding[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return givenParts(option, given).flatMap(ofPart);
  return checkCloudConfig(option, given as Record<string, unknown> | string);
}

function ofPart({ option, content, type }: ReturnType<typeof givenParts>[number]): Finding[] {
  if (type !== 'text/cloud-config') return [];
  if (typeof content !== 'string' || typeOf(content) !== undefined) {
    return checkCloudConfig(option, content as Record<string, unknown> | string);
  }
  // Its type identifies it, so it needs no first line.
  const value = parseYaml(content);
  return isMapping(value) ? checkCloudConfig(option, value) : [];
}

/** The findings in a seed's documents: see `checkCloudConfig`. */
export const judged = ({ user_data, vendor_data, network_config }: Documents): Finding[] => [
  ...ofUserData('user_data', user_data),
  ...ofUserData('vendor_data', vendor_data),
  ...(network_config === undefined
    ? []
    : checkNetworkConfig('network_config', network_config as Record<string, unknown> | string)),
];
