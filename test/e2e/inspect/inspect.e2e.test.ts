import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bitsEpochs } from '../../../main/services/runs/bits.ts'
import { InspectionFiguresSchema, type InspectionFigures } from '../../../main/contract/inspection.ts'
import { runCli } from '../../main/cli/run-cli.ts'
import { convProject } from '../../support/conv-run.ts'
import { smallDataset, storeSmall } from '../../support/small-training.ts'
import { expectAccessible } from '../workbench/accessible.ts'
import { browserProgram, buildPage, openWorkbench, ownFolder, picture, type Workbench } from '../workbench/workbench.ts'

const EPOCHS = 4

interface FilterRow {
  readonly key: string
  readonly count: number
  readonly opposite: number
  readonly maps: number
}

/** Rows of one layer of a table of filters. */
function rowsOf(csv: string, layer: string): FilterRow[] {
  const [head, ...lines] = csv.trimEnd().split('\r\n')
  expect(head).toBe('layer,kernel,key,count,opposite,maps')
  return lines.map(line => line.split(',')).filter(([name]) => name === layer).map(([, , key = '', count, opposite, maps]) => ({ key, count: Number(count), opposite: Number(opposite), maps: Number(maps) }))
}

const sum = (rows: readonly FilterRow[], of: (row: FilterRow) => number): number => rows.reduce((total, row) => total + of(row), 0)

async function downloaded(page: Page, form: string): Promise<{ readonly name: string; readonly text: string }> {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: form, exact: true }).click()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'latin1') }
}

const shown = (page: Page, what: string): Promise<void> => page.locator(`canvas[data-shown="${what}"]`).waitFor()

describe.skipIf(browserProgram === undefined)('the Inspect view of a run that the command line trained', () => {
  let folder = ''
  let home = ''
  let run = ''
  let built = ''
  let figures: InspectionFigures
  let csv = ''
  let clean = (): Promise<void> => Promise.resolve()
  let workbench: Workbench | undefined

  beforeAll(async () => {
    [folder, clean] = await ownFolder()
    home = join(folder, 'home')
    await storeSmall(home, smallDataset(200, 60))
    built = await buildPage(folder)
  })
  afterAll(async () => {
    await workbench?.close()
    await clean()
  })

  const opened = (): Workbench => {
    if (!workbench) throw new Error('the workbench was not opened')
    return workbench
  }

  it('begins with a run of the command line, whose figures it tells', async () => {
    const file = join(folder, 'net.json')
    await writeFile(file, JSON.stringify(convProject(EPOCHS)))
    const trained = await runCli(['train', file, '--json'], { home })
    expect(trained.code, trained.stderr).toBe(0)
    run = (trained.json as { run: string }).run
    const inspected = await runCli(['inspect', run, '--checkpoint', 'last', '--csv', join(folder, 'filters.csv'), '--json'], { home })
    figures = InspectionFiguresSchema.parse(inspected.json)
    csv = await readFile(join(folder, 'filters.csv'), 'utf8')
    expect(figures.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2'])
    workbench = await openWorkbench(folder, built, { home })
  })

  it('finds the most repeated filter of the second layer, its count, and a channel that uses it; time moves; the CSV is that of the command line', async () => {
    const { page, complaints } = opened()
    const conv2 = figures.layers[1]
    if (!conv2) throw new Error('the network has two convolutions')
    await page.getByRole('button', { name: 'Inspect', exact: true }).click()
    await shown(page, `conv2 epoch-${EPOCHS}`)
    await page.getByLabel('Figures of the layer').getByText(`${(100 * conv2.fractionMerged).toFixed(2)} %`).first().waitFor()

    // The atlas begins with it: the first tile, by the keyboard.
    const [most] = rowsOf(csv, 'conv2')
    if (!most) throw new Error('no filter')
    await page.getByRole('application').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Filter ${most.key}` }).waitFor()
    expect(await page.locator('[data-figure="uses"]').innerText()).toBe(`${most.count + most.opposite} (${most.count} + ${most.opposite} opposite)`)
    await picture(page, 'inspect-1-chosen')

    await page.getByRole('list', { name: 'Channels that use it' }).getByRole('button').first().click()
    const name = await page.getByRole('list', { name: 'Channels that use it' }).getByRole('button').first().getAttribute('aria-label')
    const channel = Number(/^Channel (\d+)/.exec(name ?? '')?.[1])
    await page.getByRole('application', { name: /^Filters of conv2/ }).waitFor()
    expect(await page.getByRole('radio', { name: 'by channel' }).isChecked()).toBe(true)
    // The channel's filters follow one another: the first is under the pointer where the atlas begins, as far as channels before it go.
    await page.getByRole('application').focus()
    await page.keyboard.press('Home')
    for (let at = 0; at < channel * conv2.inputs; at++) await page.keyboard.press('ArrowRight')
    await page.getByText(`channel ${channel}, input map 0: filter`).waitFor()

    const slider = page.getByRole('slider', { name: 'Epoch' })
    await slider.focus()
    await page.keyboard.press('Home')
    await shown(page, 'conv2 epoch-0')
    expect(await slider.getAttribute('aria-valuetext')).toBe('before training')
    expect(await bitsEpochs(join(home, 'runs', run))).toEqual([0, 1, 2, 3, 4])
    await page.getByRole('combobox', { name: 'Bits that turned' }).selectOption(`epoch-${EPOCHS}`)
    await page.keyboard.press('Escape')
    await page.getByRole('application').focus()
    await page.getByText(/; \d bits? turned/).waitFor()
    await picture(page, 'inspect-2-turned')
    await page.getByRole('combobox', { name: 'Bits that turned' }).selectOption({ label: 'not shown' })
    await slider.focus()
    await page.keyboard.press('End')
    await shown(page, `conv2 epoch-${EPOCHS}`)

    const table = await downloaded(page, 'CSV')
    expect(table.name).toContain('conv2')
    const rows = rowsOf(table.text, 'conv2')
    expect(rows).toEqual(rowsOf(csv, 'conv2'))
    expect(sum(rows, ({ count, opposite }) => count + opposite)).toBe(conv2.inputs * conv2.outputs)
    expect(sum(rows, ({ maps }) => maps)).toBe(conv2.uniquePerMapMerged * conv2.inputs)
    expect(rows.slice(0, conv2.top.length)).toEqual(conv2.top)
    expect(JSON.parse((await downloaded(page, 'JSON')).text)).toEqual(figures)
    expect((await downloaded(page, 'PNG')).text.slice(1, 4)).toBe('PNG')
    expect((await downloaded(page, 'SVG')).text).toMatch(/^<svg [^]*<path d="M[^]*<\/svg>$/)
    expect(complaints).toEqual([])
  })

  it('shows tables, epochs, latent weights, pictures, activations and likeness; axe finds nothing, dark and light', async () => {
    const { page, complaints } = opened()
    const tab = async (name: string): Promise<void> => page.getByRole('tab', { name }).click()
    await tab('Table')
    await page.getByRole('row', { name: /^1 / }).waitFor()
    await expectAccessible(page, 'main')
    await tab('Epochs')
    await page.getByText(`Signs are kept of ${EPOCHS + 1} moments.`).waitFor()
    await expectAccessible(page, 'main')
    await tab('Latent weights')
    await page.getByRole('img', { name: /^Latent weights of conv2: mean .* at the clip of ±1/ }).waitFor()
    await expectAccessible(page, 'main')
    await tab('Channels')
    await page.getByRole('img', { name: 'Likeness of all 20 channels with one another' }).waitFor()
    await expectAccessible(page, 'main')
    await tab('Pictures')
    await page.getByRole('button', { name: /Show conv1/ }).click()
    await page.getByRole('img', { name: /^Weights of conv1: 12 of 12 channels, each 3 × 3/ }).waitFor()
    await expectAccessible(page, 'main')
    await tab('Activations')
    await page.getByRole('button', { name: 'Send it through' }).click()
    await page.getByRole('img', { name: /^Activation of sign2: 8 × 8 × 20; \d/ }).waitFor({ timeout: 60_000 })
    await expectAccessible(page, 'main')
    await page.getByRole('combobox', { name: 'Another network beside it' }).selectOption(`run ${run}`)
    await tab('Filters')
    await expect.poll(() => page.locator(`canvas[data-shown="conv1 epoch-${EPOCHS}"]`).count()).toBe(2)
    await expectAccessible(page, 'main')
    await page.getByRole('list', { name: 'Layers of binary weights' }).getByRole('button', { name: /^dense1/ }).click()
    await expect.poll(() => page.locator(`canvas[data-shown="dense1 epoch-${EPOCHS}"]`).count()).toBe(2)
    await page.emulateMedia({ colorScheme: 'light' })
    await picture(page, 'inspect-3-light')
    await expectAccessible(page)
    await page.getByRole('list', { name: 'Layers of binary weights' }).getByRole('button', { name: /^conv2/ }).click()
    await page.getByRole('application').first().focus()
    await page.keyboard.press('t')
    await page.getByRole('heading', { name: /^Filter / }).waitFor()
    await expectAccessible(page, 'main')
    expect(complaints).toEqual([])
  })
})
