import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../main/cli/run-cli.ts'
import { expectAccessible } from '../workbench/accessible.ts'
import { browserProgram, buildPage, openWorkbench, ownFolder, picture, type Workbench } from '../workbench/workbench.ts'

const train = ['train', 'digits', '--limit-train', '600', '--epochs', '2', '--width-scale', '0.125', '--set', 'recipe.validation=100', '--json']

const grid = (page: Page): ReturnType<Page['locator']> => page.getByRole('grid', { name: 'Runs' })
async function tab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click()
}

/** What is in the cells of a column of the table, from top to bottom, by its place behind the boxes. */
async function columnOf(page: Page, place: number): Promise<string[]> {
  const rows = await grid(page).locator('[role=row][aria-selected]').all()
  return Promise.all(rows.map(async row => (await row.getByRole('gridcell').nth(place + 1).innerText()).trim()))
}

describe.skipIf(browserProgram === undefined)('runs of the command line, compared in the workbench', () => {
  let folder = ''
  let home = ''
  let built = ''
  const ids: string[] = []
  let open: Workbench | undefined
  let remove = async (): Promise<void> => undefined

  beforeAll(async () => {
    [folder, remove] = await ownFolder()
    home = join(folder, 'home')
    built = await buildPage(folder)
  })
  afterAll(async () => {
    await open?.close()
    await remove()
  })

  it('are trained: one recipe, then another rate and another seed', async () => {
    for (const more of [['--seed', '1'], ['--seed', '2', '--set', 'recipe.learningRate.start=0.02']]) {
      const { json, code, stderr } = await runCli([...train, ...more], { home })
      expect(code, stderr).toBe(0)
      ids.push((json as { run: string }).run)
    }
  })

  it('stand in a table that is sorted, filtered and chosen from by keyboard', async () => {
    open = await openWorkbench(folder, built, { home })
    const { page } = open
    await page.keyboard.press('Escape')
    await page.getByRole('navigation').getByRole('button', { name: 'Runs' }).click()
    await grid(page).focus()
    await expect.poll(() => columnOf(page, 1)).toEqual(['Finished', 'Finished'])
    await page.keyboard.press('ArrowUp')
    for (let steps = 0; steps < 4; steps++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const errors = (await columnOf(page, 4)).map(parseFloat)
    expect(errors).toEqual(errors.toSorted((a, b) => a - b))
    await page.keyboard.press('Enter')
    expect((await columnOf(page, 4)).map(parseFloat)).toEqual(errors.toReversed())
    await expect.poll(() => page.getByRole('columnheader', { name: /^Best test error/ }).getAttribute('aria-sort')).toBe('descending')

    await page.getByRole('button', { name: 'Conditions on columns' }).click()
    await page.getByLabel('Condition on Best test error').fill(`< ${Math.max(...errors)}`)
    await expect.poll(() => columnOf(page, 4)).toHaveLength(new Set(errors).size === 1 ? 0 : 1)
    await page.getByLabel('Condition on Best test error').fill('')
    await page.getByRole('button', { name: 'No conditions' }).click()
    await page.getByLabel('Find runs').fill('no such run')
    await page.getByText('No run fits.').waitFor()
    await page.getByLabel('Find runs').fill('')
    await grid(page).focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press(' ')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 runs chosen').waitFor()
    await picture(page, 'runs-table')
    await expectAccessible(page)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: '2 runs compared' }).waitFor()
  })

  it('are told apart by exactly what was changed', async () => {
    const page = open?.page as Page
    await tab(page, 'Settings')
    await expect.poll(() => page.getByTestId('settings-said').textContent()).toBe('The settings differ in one field and in the seed: Learning rate: Start. Their networks are the same.')
    await expect.poll(() => page.getByRole('region', { name: 'Settings of the runs' }).locator('tbody th .path').allTextContents()).toEqual(['recipe.learningRate.start', 'recipe.seed'])
    await picture(page, 'compare-settings')
    await tab(page, 'Networks')
    await expect.poll(() => page.getByTestId('networks-said').textContent()).toBe('The networks are the same.')
    await tab(page, 'Curves')
    await page.getByRole('figure', { name: 'Test error' }).getByText(/digits/).first().waitFor()
    await picture(page, 'compare-curves')
    await tab(page, 'Error and size')
    await expect.poll(() => page.getByRole('img', { name: /against packed size/ }).locator('text', { hasText: 'digits' }).count()).toBe(2)
    await expectAccessible(page)
    await tab(page, 'Parameters and figures')
    await picture(page, 'compare-parallel')
    await expectAccessible(page)
  })

  it('are held within a range of an axis by keys alone', async () => {
    const page = open?.page as Page
    const axis = page.getByRole('slider', { name: 'Range of Learning rate: Start' })
    const count = page.getByRole('tabpanel').getByRole('status')
    expect([await axis.getAttribute('aria-valuetext'), await count.textContent()]).toEqual(['all values', '2 of 2 runs'])
    await axis.focus()
    await page.keyboard.press('ArrowDown')
    expect([await axis.getAttribute('aria-valuetext'), await count.textContent()]).toEqual(['0.02', '1 of 2 runs'])
    expect(await page.getByRole('region', { name: 'Values of the runs' }).locator('tr.out').count()).toBe(1)
    await picture(page, 'compare-parallel-range')
    await expectAccessible(page)
    await page.keyboard.press('Shift+ArrowDown')
    expect(await count.textContent()).toBe('2 of 2 runs')
    await page.keyboard.press('Escape')
    expect([await axis.getAttribute('aria-valuetext'), await page.locator(':focus').getAttribute('aria-label')]).toEqual(['all values', 'Range of Learning rate: Start'])
  })

  it('are reported in a file that is read without the app and without a network', async () => {
    const page = open?.page as Page
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save report' }).click()])
    const text = await readFile(await download.path(), 'utf8')
    expect(text).toContain('--set recipe.learningRate.start=0.02')
    expect(text).not.toContain('var(--')
    const offline = await page.context().browser()?.newContext({ offline: true })
    const reader = await offline?.newPage() as Page
    const asked: string[] = []
    reader.on('request', request => asked.push(request.url()))
    await reader.setContent(text)
    expect(await reader.locator('h1').textContent()).toBe('2 runs compared')
    expect(await reader.locator('svg').count()).toBeGreaterThan(6)
    for (const svg of await reader.locator('svg').all()) expect((await svg.boundingBox())?.width).toBeGreaterThan(100)
    expect(asked).toEqual([])
    await picture(reader, 'report')
    await expectAccessible(reader)
    await offline?.close()
  })

  it('are evaluated: a cell of the confusions shows its images', async () => {
    const page = open?.page as Page
    await page.getByRole('list', { name: 'Runs compared' }).getByRole('button', { name: /^digits/ }).first().click()
    await tab(page, 'Evaluate')
    await page.getByRole('button', { name: 'Evaluate', exact: true }).click()
    const matrix = page.getByRole('grid', { name: /^Confusions/ })
    await matrix.waitFor({ timeout: 60_000 })
    const labels = await Promise.all((await matrix.getByRole('gridcell').all()).map(cell => cell.getAttribute('aria-label')))
    const cells = labels.filter(label => label !== null)
    const counts = cells.map(label => parseInt(label))
    expect(counts).toHaveLength(100)
    const images = counts.reduce((sum, count) => sum + count, 0)
    const wrong = counts.filter((_, at) => at % 11 !== 0).reduce((sum, count) => sum + count, 0)
    expect(parseFloat(await page.getByTestId('evaluated-error').textContent() ?? '')).toBeCloseTo(100 * wrong / images, 2)
    // The cell of the fewest mistakes, so that all of its images are shown at once.
    const [chosen] = cells.filter((_, at) => at % 11 !== 0 && (counts[at] ?? 0) > 0).toSorted((a, b) => parseInt(a) - parseInt(b))
    await matrix.getByLabel(chosen ?? '', { exact: true }).click()
    const shown = page.getByTestId('cell-images')
    await expect.poll(() => shown.locator('canvas[data-drawn=true]').count()).toBe(parseInt(chosen ?? ''))
    const [, is, taken] = /of (\S+) taken for (\S+),/.exec(chosen ?? '') ?? []
    expect(await shown.locator('canvas').first().getAttribute('aria-label')).toContain(`is ${is}, taken for ${taken}`)
    await picture(page, 'evaluate')
    await expectAccessible(page)
  })

  it('are evaluated as a packed model and in float32: the same errors, image by image', async () => {
    const page = open?.page as Page
    const error = page.getByTestId('evaluated-error')
    const onBits = await error.textContent()
    const others = page.getByTestId('other-arithmetics')
    for (const name of ['Packed', 'Float32']) {
      await page.getByRole('radiogroup', { name: 'Computed' }).getByText(name, { exact: true }).click()
      await page.getByRole('button', { name: 'Evaluate', exact: true }).click()
      await error.waitFor({ timeout: 60_000 })
      if (name === 'Packed') expect(await error.textContent()).toBe(onBits)
    }
    await expect.poll(() => others.locator('li').count()).toBe(2)
    await page.getByRole('radiogroup', { name: 'Computed' }).getByText('Packed', { exact: true }).click()
    expect(await others.locator('li').first().textContent()).toMatch(/^Bits: .* the same class for every image$/)
    // Pixels times a scale, as float32 numbers, round before they are added: a sum next to its threshold may fall on the other side.
    expect(await others.locator('li').last().textContent()).toMatch(/^Float32: .* (the same class for every image|another class for \d images?)$/)
    await picture(page, 'evaluate-packed')
    await expectAccessible(page)
  })

  it('look as well in the light, in a small window', async () => {
    const page = open?.page as Page
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1024, height: 700 })
    await picture(page, 'evaluate-light-small')
    await expectAccessible(page)
    await grid(page).focus()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: '2 runs compared' }).waitFor()
    for (const name of ['Settings', 'Networks', 'Error and size', 'Parameters and figures', 'Curves']) {
      await tab(page, name)
      await picture(page, `compare-light-small-${name.split(' ')[0]?.toLowerCase() ?? ''}`)
    }
    await expectAccessible(page)
    expect(open?.complaints).toEqual([])
  })
})
