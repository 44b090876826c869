import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCli } from '../../main/cli/run-cli.ts'
import { expectAccessible } from '../workbench/accessible.ts'
import { browserProgram, buildPage, openWorkbench, ownFolder, picture } from '../workbench/workbench.ts'

const IMAGES = 2500
const EPOCHS = 3

describe.skipIf(browserProgram === undefined)('a run in the browser', () => {
  let folder = ''
  let built = ''
  let clean = (): Promise<void> => Promise.resolve()
  beforeAll(async () => {
    [folder, clean] = await ownFolder()
    built = await buildPage(folder)
  })
  afterAll(async () => clean())

  it('is launched, watched, paused, found again after a reload, finished to the bytes of the command line, and forked', async () => {
    const workbench = await openWorkbench(folder, built)
    const { page } = workbench
    const runPage = page.locator('.run-page')
    try {
      await launch(page)
      await page.getByTitle('Show this run').click()
      await curve(page, 'Loss', 'training').waitFor({ timeout: 60_000 })
      const seen = Date.now()
      const home = join(folder, (await readdir(folder)).find(name => name.startsWith('home-')) ?? '')
      const [run = ''] = await readdir(join(home, 'runs'))
      const directory = join(home, 'runs', run)

      await page.getByRole('group', { name: 'Steer this run' }).getByRole('button', { name: 'Pause' }).click()
      await runPage.getByText('Paused', { exact: true }).waitFor()
      const [firstLine = ''] = (await readFile(join(directory, 'steps.jsonl'), 'utf8')).split('\n')
      expect(seen - Date.parse((JSON.parse(firstLine) as { time: string }).time)).toBeLessThan(3000)
      const before = await told(page)
      await expect.poll(async () => drawnPixels(page)).toBeGreaterThan(300)
      expect(await drawingFonts(page)).toEqual(['Inter Variable', 'JetBrains Mono Variable'])
      await expectAccessible(page)
      await page.reload()
      await runPage.getByText('Paused', { exact: true }).waitFor()
      await curve(page, 'Loss', 'training').waitFor()
      expect(await told(page)).toEqual(before)

      await page.getByRole('button', { name: 'Go on', exact: true }).click()
      await runPage.getByText('Finished', { exact: true }).waitFor({ timeout: 60_000 })
      expect(await page.locator('[data-figure="Epoch"]').textContent()).toBe(`${EPOCHS} / ${EPOCHS}`)
      await curve(page, 'Flipped signs', 'dense1').waitFor()
      await picture(page, 'run-finished')
      await savesChart(page)
      await sameBytes(folder, directory)

      await forked(page)
      await page.emulateMedia({ colorScheme: 'light' })
      await expectAccessible(page)
      await picture(page, 'run-forked')
      expect(workbench.complaints).toEqual([])
    } finally {
      await workbench.close()
    }
  })
})

/** With options, so that it is short. */
async function launch(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ways to train' }).click()
  await page.getByRole('menuitem', { name: /^Train with options/ }).click()
  await set(page.getByRole('textbox', { name: 'Training images used' }), String(IMAGES))
  await page.getByRole('button', { name: 'Set a field' }).click()
  await page.keyboard.type('epochs')
  await page.keyboard.press('Enter')
  await set(page.getByRole('textbox', { name: 'recipe.epochs' }), String(EPOCHS))
  await page.getByRole('dialog').getByRole('button', { name: 'Train', exact: true }).click()
}

async function set(field: Locator, text: string): Promise<void> {
  await field.fill(text)
  await field.press('Enter')
}

const curve = (page: Page, chart: string, name: string): Locator => page.getByRole('figure', { name: chart, exact: true }).getByRole('button', { name: new RegExp(`^${name}`) })

/** What the page says of the run and its loss: figures, and how many points there are, of which the last is read. */
async function told(page: Page): Promise<unknown> {
  const slider = page.getByRole('figure', { name: 'Loss', exact: true }).getByRole('slider')
  return {
    epoch: await page.locator('[data-figure="Epoch"]').textContent(),
    loss: await page.locator('[data-figure="Loss"]').textContent(),
    points: await slider.getAttribute('aria-valuemax'),
    said: await slider.getAttribute('aria-valuetext'),
  }
}

/** Pixels of the loss's picture that have a colour: axes are grey. */
async function drawnPixels(page: Page): Promise<number> {
  const { data } = PNG.sync.read(await page.getByRole('figure', { name: 'Loss', exact: true }).locator('.plot').screenshot())
  let coloured = 0
  for (let at = 0; at < data.length; at += 4) if (Math.abs((data[at] ?? 0) - (data[at + 2] ?? 0)) > 60) coloured++
  return coloured
}

/** The fonts of the page that the worker that draws charts has. */
async function drawingFonts(page: Page): Promise<string[]> {
  const faces = await page.workers()[0]?.evaluate(() => [...(globalThis as unknown as { readonly fonts: Iterable<{ readonly family: string; readonly status: string }> }).fonts].map(({ family, status }) => ({ family, status })))
  return (faces ?? []).filter(({ status }) => status === 'loaded').map(({ family }) => family.replaceAll('"', '')).sort()
}

/** The chart of the loss in each of its forms, by how each begins. */
async function savesChart(page: Page): Promise<void> {
  for (const [form, begin] of [['csv', 'step,training'], ['json', '['], ['png', '\x89PNG'], ['svg', '<svg']] as const) {
    await page.getByRole('figure', { name: 'Loss', exact: true }).getByRole('button', { name: 'Loss, more' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: `Save ${form.toUpperCase()}` }).click()])
    expect(download.suggestedFilename()).toBe(`loss.${form}`)
    expect((await readFile(await download.path(), 'latin1')).slice(0, begin.length)).toBe(begin)
  }
}

async function sameBytes(folder: string, directory: string): Promise<void> {
  const home = join(folder, 'home-cli')
  const ended = await startCli(['train', join(directory, 'project.json'), '--limit-train', String(IMAGES), '--home', home, '--json']).ended
  expect(ended.code, ended.stderr).toBe(0)
  const [run = ''] = await readdir(join(home, 'runs'))
  for (const file of ['last.safetensors', `epoch-${EPOCHS}.safetensors`]) {
    const [theirs, ours] = await Promise.all([readFile(join(home, 'runs', run, 'checkpoints', file)), readFile(join(directory, 'checkpoints', file))])
    expect(ours.equals(theirs), file).toBe(true)
  }
}

async function forked(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'History and notes' }).click()
  await page.getByRole('button', { name: `Fork from epoch-${EPOCHS}.safetensors` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Set a field' }).click()
  await page.keyboard.type('epochs')
  await page.keyboard.press('Enter')
  await set(dialog.getByRole('textbox', { name: 'recipe.epochs' }), String(EPOCHS + 1))
  await dialog.getByRole('button', { name: 'Fork and train' }).click()
  const runPage = page.locator('.run-page')
  await runPage.getByText('fork of').waitFor()
  await runPage.getByText('Finished', { exact: true }).waitFor({ timeout: 60_000 })
  expect(await page.locator('[data-figure="Epoch"]').textContent()).toBe(`${EPOCHS + 1} / ${EPOCHS + 1}`)
}
