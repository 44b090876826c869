import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { build } from 'vite'
import { openHost, type Host } from '../../../main/browser/host.ts'
import { findBrowser } from '../../../main/setup/browser.mjs'
import { thisMachine } from '../../../main/setup/machine.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Pictures of every step, to be looked at. */
const ARTIFACTS = join(root, 'test/artifacts/workbench')

export const browserProgram = findBrowser(thisMachine())
if (browserProgram === undefined) console.warn('skipped: the workbench in a browser, because no browser of the Chromium family is installed')

export interface Workbench {
  readonly host: Host
  readonly browser: Browser
  readonly page: Page
  /** What the page had to complain about. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** A new folder, and what removes it. */
export async function ownFolder(): Promise<[string, () => Promise<void>]> {
  const path = await mkdtemp(join(tmpdir(), 'bitwright-workbench-'))
  return [path, () => rm(path, { recursive: true, force: true })]
}

/** Builds the page as it ships into `folder`. */
export async function buildPage(folder: string): Promise<string> {
  const outDir = join(folder, 'page')
  await build({ root: join(root, 'renderer'), configFile: join(root, 'renderer/vite.config.ts'), logLevel: 'error', build: { outDir, emptyOutDir: true } })
  return outDir
}

/** The real host with a home of its own, its real engine, and the page in a real browser. The tour is behind the person. */
export async function openWorkbench(folder: string, page: string, { scheme = 'dark', home = join(folder, `home-${scheme}-${Date.now()}`) }: { readonly scheme?: 'dark' | 'light'; readonly home?: string } = {}): Promise<Workbench> {
  await mkdir(home, { recursive: true })
  const host = await openHost({ home, page })
  const browser: Browser = await chromium.launch({
    ...(browserProgram !== undefined && { executablePath: browserProgram }),
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: scheme })
  const tab = await context.newPage()
  const complaints: string[] = []
  tab.on('pageerror', error => complaints.push(error.message))
  tab.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await tab.goto(host.url)
  await tab.getByRole('button', { name: 'Skip' }).click()
  await layer(tab, 'head').waitFor()
  return {
    host,
    browser,
    page: tab,
    complaints,
    async close() {
      await browser.close()
      await host.close()
    },
  }
}

export function layer(page: Page, id: string): Locator {
  return page.locator(`[data-layer="${id}"]`)
}

export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true })
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) })
}
