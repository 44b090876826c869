import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../main/cli/run-cli.ts'
import { expectAccessible } from '../workbench/accessible.ts'
import { browserProgram, buildPage, openWorkbench, ownFolder, picture, type Workbench } from '../workbench/workbench.ts'

const train = ['train', 'digits', '--limit-train', '600', '--epochs', '2', '--width-scale', '0.125', '--set', 'recipe.validation=100', '--json']

const grid = (page: Page): ReturnType<Page['locator']> => page.getByRole('grid', { name: 'Runs' })
async function tab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click()
}

/** Tab after Tab, as far as `target`. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let tabs = 0; tabs < 20 && (await target.and(page.locator(':focus')).count()) === 0; tabs++) await page.keyboard.press('Tab')
  expect(await target.and(page.locator(':focus')).count()).toBe(1)
}

/** The file that a chart's menu gives. */
async function savedChart(page: Page, title: string, form: string): Promise<Buffer> {
  await page.getByRole('button', { name: `${title}, more` }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: `Save ${form}` }).click()])
  expect(download.suggestedFilename()).toBe(`${title.replaceAll(' ', '-').toLowerCase()}.${form.toLowerCase()}`)
  return readFile(await download.path())
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

    await page.getByLabel('Find runs').focus()
    await page.keyboard.type('no such run')
    await page.getByText('No run fits.').waitFor()
    await page.keyboard.press('Escape')
    await tabTo(page, page.getByRole('button', { name: 'Conditions on columns' }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByLabel('Condition on Best test error'))
    await page.keyboard.type(`< ${Math.max(...errors)}`)
    await expect.poll(() => columnOf(page, 4)).toHaveLength(new Set(errors).size === 1 ? 0 : 1)
    await page.getByLabel('Find runs').focus()
    await tabTo(page, page.getByRole('button', { name: 'No conditions' }))
    await page.keyboard.press('Enter')
    await expect.poll(() => columnOf(page, 4)).toHaveLength(2)
  })

  it('show other columns, as wide as wanted', async () => {
    const page = open?.page as Page
    const headers = (): Promise<string[]> => page.locator('[role=columnheader] .title').allInnerTexts()
    const first = await headers()
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Columns' })
    await dialog.getByLabel('Find a column').fill('seed')
    await dialog.getByRole('checkbox', { name: /^Seed/ }).check()
    await expectAccessible(page, '[role=dialog]')
    await page.keyboard.press('Escape')
    expect(await headers()).toEqual([...first, 'Seed'])
    expect((await columnOf(page, first.length)).toSorted()).toEqual(['1', '2'])
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    await dialog.getByRole('button', { name: 'Back to the first ones' }).click()
    expect(await headers()).toEqual(first)
    await dialog.getByRole('button', { name: 'Add what differs in recipes' }).click()
    expect((await headers()).slice(first.length).toSorted()).toEqual(['Learning rate: Start', 'Seed'])
    await dialog.getByRole('button', { name: 'Back to the first ones' }).click()
    await page.keyboard.press('Escape')

    const header = page.getByRole('columnheader', { name: 'State' })
    const [box, sorted] = [await header.boundingBox(), await header.getAttribute('aria-sort')]
    const [edge, middle] = [(box?.x ?? 0) + (box?.width ?? 0), (box?.y ?? 0) + (box?.height ?? 0) / 2]
    await page.mouse.move(edge, middle)
    await page.mouse.down()
    await page.mouse.move(edge + 60, middle, { steps: 3 })
    await page.mouse.up()
    expect((await header.boundingBox())?.width).toBeCloseTo((box?.width ?? 0) + 60, 0)
    expect(await header.getAttribute('aria-sort')).toBe(sorted)
    await grid(page).focus()
    for (const key of ['Control+Home', 'ArrowUp', 'ArrowRight', 'Shift+ArrowLeft', 'Shift+ArrowLeft']) await page.keyboard.press(key)
    expect((await header.boundingBox())?.width).toBeCloseTo((box?.width ?? 0) + 60 - 32, 0)
  })

  it('get tags and lose them, go to the trash and come back, several at once', async () => {
    const page = open?.page as Page
    const tags = (): Promise<string[]> => columnOf(page, 7)
    const dialog = page.getByRole('dialog', { name: 'Tags of 2 runs' })
    await grid(page).focus()
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Tags…' }).click()
    await dialog.getByRole('textbox').fill('baseline, wide')
    await page.keyboard.press('Enter')
    await expect.poll(tags).toEqual(['baseline\nwide', 'baseline\nwide'])
    await page.getByRole('button', { name: 'Tags…' }).click()
    await dialog.getByRole('button', { name: 'Take wide away' }).click()
    await expectAccessible(page, '[role=dialog]')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.poll(tags).toEqual(['baseline', 'baseline'])
    await page.getByRole('button', { name: 'Move to the trash' }).click()
    await page.getByText('2 runs moved to the trash').waitFor()
    await expect.poll(tags).toEqual([])
    await page.getByRole('button', { name: 'Bring back' }).click()
    await expect.poll(tags).toEqual(['baseline', 'baseline'])
    await page.getByText('2 runs chosen').waitFor()
    await grid(page).focus()
    await page.keyboard.press('Escape')
  })

  it('are chosen by keyboard and compared', async () => {
    const page = open?.page as Page
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
    const { width, height, data } = PNG.sync.read(await savedChart(page, 'Test error', 'PNG'))
    const drawing = await page.context().newPage()
    await drawing.goto(`data:image/svg+xml;base64,${(await savedChart(page, 'Test error', 'SVG')).toString('base64')}`)
    expect(await drawing.locator('parsererror').count()).toBe(0)
    expect([width, height > 600]).toEqual([2 * Number(await drawing.locator('svg').first().getAttribute('width')), true])
    const texts = await drawing.locator('text').allTextContents()
    await drawing.close()
    for (const run of await page.getByRole('list', { name: 'Runs compared' }).getByRole('button').allInnerTexts()) expect(texts).toContain(run.trim())
    const coloured = Array.from({ length: data.length / 4 }, (_, at) => Math.abs((data[4 * at] ?? 0) - (data[4 * at + 2] ?? 0)) > 60)
    expect(coloured.filter(Boolean).length).toBeGreaterThan(300)
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
    await reader.setViewportSize({ width: 703, height: 1000 })
    await reader.emulateMedia({ media: 'print' })
    for (const part of await reader.locator('.wide, .picture').all()) expect(await part.evaluate(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)).toBe(0)
    const commands = await reader.locator('pre').filter({ hasText: /^npm run bitwright -- train/ }).allInnerTexts()
    const command = commands.find(text => text.includes('learningRate')) ?? ''
    await offline?.close()
    const again = await runCli([...command.split(' ').slice(4), '--json'], { home: join(folder, 'again') })
    expect(again.code, again.stderr).toBe(0)
    const last = (of: string, run = ''): Promise<Buffer> => readFile(join(of, 'runs', run, 'checkpoints', 'last.safetensors'))
    expect((await last(join(folder, 'again'), (again.json as { run: string }).run)).equals(await last(home, ids[1]))).toBe(true)
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
