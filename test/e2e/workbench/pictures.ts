import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { presetNamed, scaleWidths } from '../../../core/architecture/index.ts'
import { ask } from './asking.ts'
import { buildPage, layer, openWorkbench, ownFolder, type Workbench } from './workbench.ts'

/** `npm run pictures`: the pictures of the README, from the real app with the real engine and the embedded digits. */
const PICTURES = fileURLToPath(new URL('../../../docs/pictures', import.meta.url))
const MAX_BYTES = 250 * 1024

async function keep(page: Page, name: string): Promise<void> {
  const path = join(PICTURES, `${name}.png`)
  await page.screenshot({ path })
  const { size } = await stat(path)
  if (size > MAX_BYTES) throw new Error(`${name}.png has ${size} bytes; at most ${MAX_BYTES} are wanted`)
  console.log(`${name}.png  ${Math.round(size / 1024)} KiB`)
}

async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find or run a command' }).fill(title)
  await page.keyboard.press('Enter')
}

async function preview(page: Page): Promise<void> {
  await layer(page, 'sign1').click()
  await page.getByRole('button', { name: 'Show one image flowing through' }).click()
  await page.locator('.activation canvas').waitFor({ timeout: 90_000 })
}

/** A small convolutional network on the embedded digits, trained for as long as its curves need to be seen. */
async function trainPictured({ host, page }: Workbench): Promise<void> {
  const project = { ...scaleWidths(presetNamed('cifar10-convnet-theano'), 0.25), name: 'digits convnet' }
  const set = ['recipe.epochs=6', 'recipe.validation=500', 'recipe.seed=1', 'recipe.learningRate.start=0.01']
  const { run } = await ask(host, 'runs.start', { project, dataset: 'digits', limitTrain: 4000, set })
  for (;;) {
    const { summary } = await ask(host, 'runs.show', { run })
    if (summary.state === 'finished') return
    if (summary.state === 'failed') throw new Error(summary.fault?.what)
    await page.waitForTimeout(1000)
  }
}

await mkdir(PICTURES, { recursive: true })
const [folder, clean] = await ownFolder()
const built = await buildPage(folder)
for (const scheme of ['dark', 'light'] as const) {
  const workbench = await openWorkbench(folder, built, { scheme })
  const { page } = workbench
  await preview(page)
  await keep(page, `design-${scheme}`)
  if (scheme === 'dark') {
    await page.getByText('Recipe', { exact: true }).click()
    await page.waitForTimeout(500)
    await keep(page, 'recipe')
    await command(page, 'Go to Data')
    await page.getByText('9,000 images').first().waitFor()
    await page.waitForTimeout(1500)
    await keep(page, 'data')
    await command(page, 'New from a preset')
    await page.getByRole('dialog').waitFor()
    await page.waitForTimeout(500)
    await keep(page, 'gallery')
    await page.keyboard.press('Escape')
    await trainPictured(workbench)
    await command(page, 'Go to Runs')
    await page.getByText('digits convnet').first().click()
    await page.keyboard.press('Enter')
    await page.waitForTimeout(3000)
    await keep(page, 'run')
    await command(page, 'Go to Inspect')
    await page.getByText('conv2', { exact: true }).first().click()
    await page.waitForTimeout(2000)
    await keep(page, 'inspect')
  }
  await workbench.close()
}
await clean()
