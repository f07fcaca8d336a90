const start = performance.now();

const clock = (milliseconds: number) => {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** Prints a line with the time since the start of the program, minutes:seconds. */
export function say(text: string): void {
  console.log(`[${clock(performance.now() - start)}] ${text}`);
}

/** Runs one stage of a longer work: its name when it begins, and how long it took when it ends. */
export async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  say(`${name} …`);
  const begun = performance.now();
  const result = await work();
  say(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}
