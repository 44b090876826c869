import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { binaryLayers, bankSizeOf, denseSizeOf } from '../../core/analysis/inspection.ts'
import { signsOf } from '../../core/analysis/signs.ts'
import { inferArchitecture, presetNamed } from '../../core/architecture/index.ts'
import { fillUniform, streamKey } from '../../core/random.ts'
import { writeBits } from '../../main/services/runs/bits.ts'
import { saveEpoch } from '../../main/services/runs/checkpoints.ts'
import { notesAfter, storedRun } from '../support/checkpoints.ts'
import { buildPage, openWorkbench, ownFolder } from '../e2e/workbench/workbench.ts'
import { traceFrames } from './trace.ts'

/**
 * `npm run bench:atlas`: how soon 262,144 filters (conv6 of `cifar10-convnet-theano` at full width, random weights) are seen, and how smoothly
 * they scroll and are pointed at, by the browser's own trace.
 */
const project = presetNamed('cifar10-convnet-theano')
const weights = binaryLayers(inferArchitecture(project.architecture)).map((layer, at) => {
  const [conv, dense] = [bankSizeOf(layer), denseSizeOf(layer)]
  const shape = conv ? [conv.kernel ** 2 * conv.inputs, conv.outputs] : [dense?.depth ?? 0, dense?.units ?? 0]
  return { name: layer.name, shape, values: fillUniform(new Float32Array((shape[0] ?? 0) * (shape[1] ?? 0)), streamKey(1, at), -1, 1) }
})
const [folder, clean] = await ownFolder()
/** A home with one run of one epoch. */
async function homeWith(kept: string): Promise<string> {
  const home = join(folder, kept.replaceAll(' ', '-'))
  const { directory } = await storedRun(home, { project, id: '20260101-000000-full-width-aaaa', epochs: 1 })
  await saveEpoch(directory, weights.map(({ name, shape, values }) => ({ name: `${name}.weight`, shape, read: async () => new Uint8Array(values.buffer) })), notesAfter(1, project), true)
  if (kept === 'from bits') await writeBits(directory, 1, new Map(weights.map(({ name, values }) => [name, signsOf(values)])))
  return home
}

/** Milliseconds from a click on a layer to the frame that shows its filters, told by the page itself. */
async function firstPicture(page: Page, layer: string): Promise<number> {
  const told = page.evaluate<number>(`new Promise(resolve => {
    let begun = 0
    document.addEventListener('pointerdown', () => (begun = performance.now()), { once: true, capture: true })
    const look = () => {
      if (!document.querySelector('canvas[data-shown]')?.dataset.shown.startsWith('${layer} ')) requestAnimationFrame(look)
      // The frame after the one in which it was painted begins when that one is on its way to the screen.
      else requestAnimationFrame(() => resolve(performance.now() - begun))
    }
    requestAnimationFrame(look)
  })`)
  await page.getByRole('list', { name: 'Layers of binary weights' }).getByRole('button', { name: new RegExp(`^${layer}`) }).click()
  return told
}

async function walk(page: Page, kept: string): Promise<void> {
  await page.getByRole('button', { name: 'Inspect', exact: true }).click()
  await page.locator('canvas[data-shown]').waitFor()
  console.log(`${kept}, while the host still counts: first picture of 262,144 filters after ${(await firstPicture(page, 'conv6')).toFixed(0)} ms`)
  // Until the figures of all layers are there: they are counted once.
  await page.getByLabel('Figures of the layer').getByText('Near repeats').waitFor({ timeout: 60_000 })
  for (const extent of ['distinct', 'every one']) {
    await page.getByText(extent, { exact: true }).click()
    await firstPicture(page, 'conv1')
    const cold = await firstPicture(page, 'conv6')
    const warm: number[] = []
    for (let time = 0; time < 5; time++) {
      await firstPicture(page, 'conv1')
      warm.push(await firstPicture(page, 'conv6'))
    }
    console.log(`${kept}, ${extent}: first picture of 262,144 filters after ${cold.toFixed(0)} ms, then ${warm.map(time => time.toFixed(0)).join(', ')} ms`)
  }
}

async function smoothness(workbench: Awaited<ReturnType<typeof openWorkbench>>): Promise<void> {
  const { page, browser } = workbench
  const box = await page.getByRole('application').boundingBox()
  if (!box) throw new Error('no atlas')
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const say = async (what: string, act: () => Promise<void>): Promise<void> => {
    const frames = await traceFrames(browser, page, act)
    console.log(`${what.padEnd(36)} ${frames.shownPerSecond.toFixed(1)} frames/s, ${frames.dropped} of ${frames.due} dropped, ${frames.medianMs.toFixed(1)} ms median, ${frames.p95Ms.toFixed(1)} ms at 95 %, ${frames.mainMs.toFixed(1)} ms of main thread a frame`)
  }
  for (const tiles of ['as they are', 'smallest']) {
    if (tiles === 'smallest') for (let at = 0; at < 3; at++) await page.getByRole('button', { name: 'Smaller tiles' }).click()
    await page.mouse.move(middle.x, middle.y)
    await say(`scrolling, tiles ${tiles}`, async () => {
      const begun = performance.now()
      for (let at = 0; performance.now() - begun < 4000; at++) await page.mouse.wheel(0, Math.floor(at / 60) % 2 === 0 ? 90 : -70)
    })
    await say(`pointing, tiles ${tiles}`, async () => {
      const begun = performance.now()
      for (let at = 0; performance.now() - begun < 4000; at++) await page.mouse.move(middle.x + 300 * Math.sin(at / 20), middle.y + 180 * Math.cos(at / 27))
    })
  }
}

const built = await buildPage(folder)
for (const kept of ['from a checkpoint', 'from bits']) {
  const workbench = await openWorkbench(folder, built, { home: await homeWith(kept) })
  if (kept === 'from a checkpoint') console.log(`${workbench.browser.version()}, 1440 x 900`)
  await walk(workbench.page, kept)
  if (kept === 'from bits') await smoothness(workbench)
  if (workbench.complaints.length > 0) console.log(workbench.complaints)
  await workbench.close()
}
await clean()
