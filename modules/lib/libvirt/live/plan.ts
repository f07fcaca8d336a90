export function planLive(a: any, b: any): any {
  return { changes: [], pending: [] };
}
