import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { buildPage, layer, openWorkbench, ownFolder } from './workbench.ts'

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
  }
  await workbench.close()
}
await clean()
