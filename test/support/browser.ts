import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureTools } from '../lab/tools.ts';

const CHROMIUM = '/usr/bin/chromium';
/** What keeps the browser from asking for anything by itself. */
const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Debian's Chromium without a window. */
export interface Pages {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Starts the browser, and installs it before if it's missing. */
export async function startBrowser(): Promise<Pages> {
  await ensureTools({
    [CHROMIUM]: 'chromium',
    '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf': 'fonts-dejavu-core',
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  return { context, close: () => browser.close() };
}

/** A page that was opened from disk. */
export interface OpenPage {
  readonly page: Page;
  /** The addresses that it has asked for. What its policy has stopped was never sent. */
  readonly requests: readonly string[];
  /** What it has written to the console, and its errors. */
  readonly complaints: string[];
}

/** How a page is opened. */
export interface Opening {
  /** With its `#`. */
  readonly fragment?: string;
  readonly dark?: boolean;
}

/** Opens a picture of the cloud, and waits until it is drawn. */
export async function openPicture(
  { context }: Pages,
  file: string,
  { fragment = '', dark = false }: Opening = {},
): Promise<OpenPage> {
  const requests: string[] = [];
  const complaints: string[] = [];
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  page.on('request', (request) => requests.push(request.url()));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText === 'csp') requests.splice(requests.indexOf(request.url()), 1);
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${pathToFileURL(file)}${fragment}`);
  await page.waitForFunction(() => performance.getEntriesByName('drawn').length > 0);
  return { page, requests, complaints };
}
