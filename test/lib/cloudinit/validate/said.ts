import { checkCloudConfig, checkNetworkConfig } from '../../../../modules/lib/cloudinit/validate/validate.ts';

type Given = Record<string, unknown> | string;

/** What is said of a cloud-config, a line for each finding: `error runcmd: must be …`. */
export const saidOfCloudConfig = (given: Given): string[] =>
  checkCloudConfig('user_data', given).map(({ level, message }) => `${level} ${message}`);

/** The same of a network-config. */
export const saidOfNetwork = (given: Given): string[] =>
  checkNetworkConfig('network_config', given).map(({ level, message }) => `${level} ${message}`);
