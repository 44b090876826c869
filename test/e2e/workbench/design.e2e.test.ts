import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAccessible } from './accessible.ts'
import { browserProgram, buildPage, layer, openWorkbench, ownFolder, picture } from './workbench.ts'

const UNITS = [512, 512, 10]

describe.skipIf(browserProgram === undefined)('a binary network 784-512-512-10, from an empty drawing to a run', () => {
  let folder = ''
  let built = ''
  let clean = (): Promise<void> => Promise.resolve()
  beforeAll(async () => {
    [folder, clean] = await ownFolder()
    built = await buildPage(folder)
  })
  afterAll(async () => clean())

  it.each([['mouse', byMouse], ['keyboard', byKeyboard]] as const)('by %s alone', async (way, build) => {
    const workbench = await openWorkbench(folder, built)
    const { page } = workbench
    try {
      await build(page, name => picture(page, `${way}-${name}`))
      await expectTheNetwork(page)
      await saved(page, way)
      await page.reload()
      await page.getByRole('button', { name: 'Project: Untitled', exact: true }).waitFor()
      await layer(page, 'head').waitFor()
      await expectTheNetwork(page)
      await trained(page, way)
      await picture(page, `${way}-9-stopped`)
      expect(workbench.complaints).toEqual([])
    } finally {
      await workbench.close()
    }
  })
})

async function expectTheNetwork(page: Page): Promise<void> {
  await page.getByText('No problems: every shape fits').waitFor()
  for (const [at, units] of UNITS.entries()) expect(await layer(page, `dense${at + 1}`).getAttribute('aria-label')).toContain(`Dense · ${units}, ${units} integers`)
  expect(await page.getByLabel('Status').textContent()).toContain('668,672 bits')
}

async function saved(page: Page, way: string): Promise<void> {
  if (way === 'mouse') {
    await page.getByRole('button', { name: /^Project:/ }).click()
    await page.getByRole('menuitem', { name: 'Save', exact: false }).first().click()
  } else {
    await page.keyboard.press('Control+s')
  }
  await page.getByText(/^Saved /).waitFor()
}

/** Starts training on the embedded digits, sees the epoch rise, and stops. */
async function trained(page: Page, way: string): Promise<void> {
  if (way === 'mouse') await page.getByRole('button', { name: 'Train', exact: true }).click()
  else await page.keyboard.press('Control+Enter')
  const progress = page.getByTestId('run-progress')
  await progress.filter({ hasText: /epoch 1 of/ }).waitFor({ timeout: 90_000 })
  await picture(page, `${way}-8-training`)
  await progress.filter({ hasText: /epoch 2 of/ }).waitFor({ timeout: 120_000 })
  if (way === 'mouse') await page.getByRole('button', { name: 'Stop training' }).click()
  else await command(page, 'Stop training')
  await progress.waitFor({ state: 'detached', timeout: 60_000 })
}

async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find or run a command' }).waitFor()
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
}

async function byMouse(page: Page, shot: (name: string) => Promise<void>): Promise<void> {
  const drop = (offer: string, x: number, y: number): Promise<void> => page.dragAndDrop(`[data-offer="${offer}"]`, '.vue-flow__pane', { targetPosition: { x, y } })
  await page.getByRole('button', { name: /^Project:/ }).click()
  await page.getByRole('menuitem', { name: /^New project/ }).click()
  await page.getByText('An empty drawing.').waitFor()
  await shot('1-empty')
  await drop('input', 160, 50)
  await drop('dense', 160, 150)
  await wire(page, 'input', 'dense1')
  // The deliberate problem: a dense layer takes a vector.
  await shot('2-problem')
  await page.getByRole('listitem').filter({ hasText: 'dense1' }).getByRole('button', { name: /flatten/i }).first().click()
  await layer(page, 'flatten').waitFor()
  await shot('3-mended')
  await layer(page, 'dense1').click()
  for (let hidden = 1; hidden <= 2; hidden++) {
    // Each goes behind the one before, which is chosen.
    await page.locator('[data-offer="batchNorm"]').click()
    await page.locator('[data-offer="sign"]').click()
    await page.locator('[data-offer="dense"]').click()
  }
  await page.locator('[data-offer="batchNorm"]').click()
  await page.locator('[data-offer="hinge"]').click()
  await shot('4-chained')
  for (const id of ['dense1', 'dense2']) {
    await choose(page, id)
    await page.getByRole('button', { name: 'Twice as many Units' }).click()
  }
  await choose(page, 'dense3')
  for (let halved = 256; halved > 8; halved /= 2) await page.getByRole('button', { name: 'Half as many Units' }).click()
  await page.getByRole('textbox', { name: 'Units' }).hover()
  for (let more = 0; more < 2; more++) await page.locator('.steps button').first().click()
  await page.getByRole('button', { name: 'Arrange all' }).click()
  await shot('5-built')
}

/** By the mouse, wherever the drawing has gone: the overview never covers what is fitted. */
async function choose(page: Page, id: string): Promise<void> {
  await page.getByRole('button', { name: 'Fit all into sight' }).click()
  await page.waitForTimeout(150)
  await layer(page, id).click()
}

async function wire(page: Page, from: string, to: string): Promise<void> {
  const start = await layer(page, from).locator('.vue-flow__handle-bottom').boundingBox()
  const end = await layer(page, to).locator('.vue-flow__handle-top').boundingBox()
  if (!start || !end) throw new Error(`${from} or ${to} has no handle in sight`)
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move(end.x, end.y - 12, { steps: 4 })
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 3 })
  await page.mouse.up()
}

async function byKeyboard(page: Page, shot: (name: string) => Promise<void>): Promise<void> {
  const add = async (name: string, id: string): Promise<void> => {
    await page.keyboard.press('/')
    await page.getByRole('combobox', { name: 'Add a layer' }).waitFor()
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    await layer(page, id).waitFor()
  }
  const units = async (count: number): Promise<void> => {
    await page.keyboard.press('e')
    await page.keyboard.press('Control+a')
    await page.keyboard.type(String(count))
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
  }
  await command(page, 'New project')
  await page.getByText('An empty drawing.').waitFor()
  await add('input', 'input')
  await add('dense, binary', 'dense1')
  await units(512)
  await shot('2-problem')
  await page.keyboard.press('Control+j')
  const fix = page.getByRole('listitem').filter({ hasText: 'dense1' }).getByRole('button', { name: /flatten/i }).first()
  for (let tabs = 0; tabs < 6 && (await fix.and(page.locator(':focus')).count()) === 0; tabs++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await layer(page, 'flatten').waitFor()
  await shot('3-mended')
  await command(page, 'Go to the last layer')
  for (const [at, count] of UNITS.entries()) {
    if (at > 0) {
      await add('dense, binary', `dense${at + 1}`)
      await units(count)
    }
    await add('batch norm', `norm${at + 1}`)
    if (at < 2) await add('sign, det', `sign${at + 1}`)
  }
  await add('squared hinge', 'head')
  await page.keyboard.press('l')
  await shot('5-built')
}

describe.skipIf(browserProgram === undefined)('the design view for everybody', () => {
  it.each(['dark', 'light'] as const)('has nothing that axe finds, %s', async scheme => {
    const [folder, clean] = await ownFolder()
    const workbench = await openWorkbench(folder, await buildPage(folder), { scheme })
    const { page } = workbench
    try {
      await expectAccessible(page)
      await layer(page, 'dense2').click()
      await picture(page, `axe-${scheme}`)
      await expectAccessible(page)
      await page.keyboard.press('/')
      await expectAccessible(page)
      await page.keyboard.press('Escape')
      for (const tab of ['History', 'Log']) {
        await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
        await expectAccessible(page)
      }
      for (const title of ['Keyboard shortcuts', 'Open…', 'Save as…', 'New from a preset']) {
        await command(page, title)
        await page.getByRole('dialog').waitFor()
        await expectAccessible(page)
        await page.keyboard.press('Escape')
      }
      await page.getByText('Recipe', { exact: true }).click()
      await expectAccessible(page)
      await command(page, 'Go to Data')
      await page.getByText('9,000 images').first().waitFor()
      await expectAccessible(page)
      expect(workbench.complaints).toEqual([])
    } finally {
      await workbench.close()
      await clean()
    }
  })
})
