import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { browserProgram, ownFolder } from '../e2e/workbench/workbench.ts'
import { traceFrames, type Frames } from './trace.ts'

/** `npm run bench:charts`: how smoothly 20 curves of 100,000 points are drawn that grow ten times a second, by the browser's own trace. */
const SECONDS = 30
const root = fileURLToPath(new URL('../renderer/bench', import.meta.url))
const configFile = fileURLToPath(new URL('../../renderer/vite.config.ts', import.meta.url))

const [folder, clean] = await ownFolder()
const outDir = join(folder, 'page')
await build({ root, configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } })
const server = await preview({ root, configFile, logLevel: 'error', build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
const browser = await chromium.launch({ ...(browserProgram !== undefined && { executablePath: browserProgram }), args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'] })
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
await page.goto(server.resolvedUrls?.local[0] ?? '')
await page.getByText(/after \d+ updates/).waitFor({ timeout: 60_000 })
await page.waitForTimeout(2000)
console.log(`20 curves of 100,000 points in 1440 x 600, smoothed, 10 updates a second; ${browser.version()}`)

function say(what: string, frames: Frames): void {
  console.log(`${what.padEnd(24)} ${frames.shownPerSecond.toFixed(1)} frames/s, ${frames.dropped} of ${frames.due} dropped, ${frames.medianMs.toFixed(1)} ms median, ${frames.p95Ms.toFixed(1)} ms at 95 %, ${frames.mainMs.toFixed(1)} ms of main thread a frame`)
}

/** Counts the pictures that the worker of the page draws, by what it says of each. */
async function countPictures(): Promise<() => Promise<number>> {
  const worker = page.workers()[0]
  if (!worker) throw new Error('no worker draws charts')
  await worker.evaluate(() => {
    const scope = globalThis as unknown as { postMessage(message: unknown): void; pictures: number }
    const tell = scope.postMessage.bind(scope)
    scope.pictures = 0
    scope.postMessage = message => {
      scope.pictures++
      tell(message)
    }
  })
  return () => worker.evaluate(() => (globalThis as unknown as { readonly pictures: number }).pictures)
}

const updates = async (): Promise<number> => Number(/after (\d+) updates/.exec(await page.locator('h3').innerText())?.[1])
const pictures = await countPictures()
let came = 0
let drawn = 0
const growing = await traceFrames(browser, page, async () => {
  const [cameBefore, drawnBefore] = [await updates(), await pictures()]
  await page.waitForTimeout(SECONDS * 1000)
  came = (await updates()) - cameBefore
  drawn = (await pictures()) - drawnBefore
})
say(`growing, ${SECONDS} s`, growing)
console.log(`${(came / SECONDS).toFixed(1)} updates a second came to the page and ${(drawn / SECONDS).toFixed(1)} pictures were drawn, ${(growing.mainMs * growing.due / came).toFixed(1)} ms of main thread an update`)
const plot = await page.locator('.plot').boundingBox()
if (!plot) throw new Error('no chart')
say('read by the pointer, 10 s', await traceFrames(browser, page, async () => {
  const begun = performance.now()
  for (let at = 0; performance.now() - begun < 10_000; at++) await page.mouse.move(plot.x + plot.width * (0.5 + 0.4 * Math.sin(at / 30)), plot.y + plot.height / 2)
}))
await browser.close()
await server.close()
await clean()
