import { forOption, SeedError } from './error.ts';
import { emitYaml } from './yaml/emit.ts';
import { parseYaml } from './yaml/parse.ts';
import { isMapping } from './yaml/value.ts';

const OPTION = 'network_config';

/**
 * The file `network-config`. A mapping is written without a top-level `network:`, a text stays as it is.
 * @returns undefined for a blank text
 * @throws SeedError when cloud-init would find no version (cloudinit/net/network_state.py: 1 and 2) and it isn't
 * `config: disabled` (cloudinit/net/__init__.py, is_disabled_cfg)
 */
export function networkConfig(given: Readonly<Record<string, unknown>> | string): string | undefined {
  const value = typeof given === 'string' ? forOption(OPTION, () => parseYaml(given)) : given;
  if (value === undefined) return undefined;
  const config = unwrapped(value);
  if (!isMapping(config)) throw new SeedError(OPTION, "must be a mapping with 'version: 2' or 'version: 1'");
  const { version } = config;
  if (version !== 1 && version !== 2 && config.config !== 'disabled') {
    const problem =
      typeof version === 'string' ? 'is a text: write it without quotes' : 'is missing or unknown';
    throw new SeedError(OPTION, `its 'version' ${problem}; it must be the number 2 (as netplan) or 1`);
  }
  return typeof given === 'string' ? given : forOption(OPTION, () => emitYaml(config));
}

// cloud-init reads only what is under `network`, and ignores the rest without a warning (cloudinit/stages.py, _maybe_remove_top_network).
function unwrapped(value: unknown): unknown {
  if (!isMapping(value) || !Object.hasOwn(value, 'network')) return value;
  if (Object.keys(value).length > 1) {
    throw new SeedError(
      OPTION,
      "has keys outside 'network', which cloud-init would ignore: move them into 'network'",
    );
  }
  return value.network;
}
