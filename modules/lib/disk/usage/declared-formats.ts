import { oncePerHost } from '../../host/once.ts';

/** The formats of disks that the task declares, by path. Links are followed. */
export const declaredFormats = /* @__PURE__ */ oncePerHost(() => new Map<string, string>());
