import type { Host } from '../../host/host.ts';

export const applyLive = async (
  _host: Host,
  _target: { uri: string; name: string; detachTimeout: number },
  _step: never,
): Promise<string | undefined> => undefined;
