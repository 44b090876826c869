import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { presetNamed } from '../../../core/architecture/index.ts'
import { expectAccessible } from '../workbench/accessible.ts'
import { ask } from '../workbench/asking.ts'
import { forSuite } from '../workbench/suite.ts'
import { browserProgram, picture, type Workbench } from '../workbench/workbench.ts'

/** Enough that the run is under way for as long as the test wants. */
const MANY = 3000

describe.skipIf(browserProgram === undefined)('steering a run in the browser', () => {
  let workbench: Workbench
  let page: Page
  let run = ''
  const shown = async (): Promise<{ state: string; name: string; tags: readonly string[]; epochs: number; epochsWanted: number; notes: string }> => (await ask(workbench.host, 'runs.show', { run })).summary
  const kinds = async (): Promise<string[]> => (await ask(workbench.host, 'runs.events', { run })).events.map(({ kind }) => kind)
  forSuite(async opened => {
    workbench = opened
    page = opened.page
    const project = { ...presetNamed('digits'), name: 'steered' }
    run = (await ask(workbench.host, 'runs.start', { project, limitTrain: 1500, set: [`recipe.epochs=${MANY}`] })).run
    await page.getByTitle('Show this run').click()
  })

  it('writes a checkpoint when asked', async () => {
    await expect.poll(async () => (await shown()).epochs, { timeout: 60_000 }).toBeGreaterThan(0)
    const before = (await kinds()).filter(kind => kind === 'checkpoint').length
    await page.locator('.run-page h1, .run-page h2').first().click()
    await page.keyboard.press('k')
    await expect.poll(async () => (await kinds()).filter(kind => kind === 'checkpoint').length, { timeout: 20_000 }).toBeGreaterThan(before)
  })

  it('takes another rate and another end', async () => {
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Learning rate' }).fill('0.002')
    await dialog.getByRole('textbox', { name: 'Epochs in all' }).fill(String(MANY + 5))
    await picture(page, 'run-change')
    await dialog.getByRole('button', { name: 'Change', exact: true }).click()
    await expect.poll(async () => (await shown()).epochsWanted, { timeout: 20_000 }).toBe(MANY + 5)
    expect(await kinds()).toContain('change')
    await dialog.waitFor({ state: 'hidden' })
  })

  it('has a name, tags and notes', async () => {
    await page.getByRole('button', { name: 'Rename this run' }).click()
    await page.getByRole('textbox', { name: 'Name of this run' }).fill('my steered run')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await shown()).name).toBe('my steered run')
    await page.getByRole('textbox', { name: 'Add a tag' }).fill('blue')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await shown()).tags).toEqual(['blue'])
    await page.getByRole('tab', { name: 'History and notes' }).click()
    await page.locator('#run-notes').fill('It was steered.')
    await page.locator('#run-notes').blur()
    await expect.poll(async () => (await shown()).notes).toBe('It was steered.')
    await picture(page, 'run-history')
  })

  it('queues a fork behind it', async () => {
    await ask(workbench.host, 'queue.hold', {})
    await page.locator('.run-page h1, .run-page h2').first().click()
    await page.keyboard.press('f')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Queued behind my steered run').waitFor()
    await picture(page, 'run-fork')
    await dialog.getByRole('button', { name: 'Fork and queue' }).click()
    await page.getByText('A fork of my steered run is queued behind my steered run').waitFor()
    const { entries } = await ask(workbench.host, 'queue.list', {})
    expect(entries).toMatchObject([{ state: 'waiting', parent: { run, checkpoint: expect.stringMatching(/^step-\d+\.safetensors$/) as unknown } }])
    await ask(workbench.host, 'queue.remove', { entries: entries.map(({ id }) => id) })
    await ask(workbench.host, 'queue.release', {})
  })

  it('stops at the end of an epoch', async () => {
    await page.getByRole('button', { name: 'More for this run' }).click()
    await page.getByRole('menuitem', { name: /end of (the|its) epoch/ }).click()
    await expect.poll(async () => (await shown()).state, { timeout: 30_000 }).toBe('stopped')
    const { events } = await ask(workbench.host, 'runs.events', { run })
    expect(events.findLast(({ kind }) => kind === 'checkpoint')).toMatchObject({ batch: 0 })
  })

  it('gives its figures to other programs', async () => {
    const files: string[] = []
    page.on('download', download => files.push(download.suggestedFilename()))
    for (const name of ['Save its figures for TensorBoard', 'Save its figures as CSV']) {
      await page.getByRole('button', { name: 'More for this run' }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await expect.poll(() => files.length).toBe(3)
    expect(files[0]).toMatch(new RegExp(`^events\\.out\\.tfevents\\.\\d+\\.bitwright\\.${run}$`))
    expect(files.slice(1)).toEqual([`${run}-epochs.csv`, `${run}-steps.csv`])
  })

  it('goes to the trash and comes back', async () => {
    await page.getByRole('button', { name: 'More for this run' }).click()
    await page.getByRole('menuitem', { name: /trash/ }).click()
    await expect.poll(async () => (await ask(workbench.host, 'runs.list', {})).runs.length).toBe(0)
    await page.getByRole('button', { name: 'Bring back' }).click()
    await expect.poll(async () => (await ask(workbench.host, 'runs.list', {})).runs.map(({ id }) => id)).toEqual([run])
  })

  it('goes to the trash again, from where it comes back later or goes for good', async () => {
    const dialog = page.getByRole('dialog', { name: 'Trash of runs' })
    const toTrash = async (): Promise<void> => {
      await page.locator('.run-page h2').first().click()
      await page.keyboard.press('Delete')
      await expect.poll(async () => (await ask(workbench.host, 'runs.list', {})).runs.length).toBe(0)
      await page.getByRole('button', { name: 'Trash of runs' }).click()
    }
    await toTrash()
    await picture(page, 'runs-trash')
    await expectAccessible(page, '[role=dialog]')
    await dialog.getByRole('button', { name: 'Bring my steered run back' }).click()
    await dialog.getByText('The trash is empty.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('grid', { name: 'Runs' }).getByText('my steered run').click()
    await toTrash()
    await dialog.getByRole('button', { name: 'Delete my steered run…' }).click()
    await dialog.getByRole('button', { name: 'Delete for good' }).click()
    await dialog.getByText('The trash is empty.').waitFor()
    expect((await ask(workbench.host, 'runs.trashed', {})).runs).toEqual([])
  })

  it('nothing of it made the page complain', () => {
    expect(workbench.complaints).toEqual([])
  })
})
