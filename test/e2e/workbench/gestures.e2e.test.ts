import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { forSuite } from './suite.ts'
import { browserProgram, layer, picture, type Workbench } from './workbench.ts'

/** Names of the edges on the drawing: "from to port". */
const edges = async (page: Page): Promise<string[]> => {
  const all = await page.locator('.vue-flow__edge').all()
  return (await Promise.all(all.map(edge => edge.getAttribute('data-id')))).map(String).sort()
}

describe.skipIf(browserProgram === undefined)('gestures on the drawing', () => {
  let workbench: Workbench
  let page: Page
  forSuite(opened => {
    workbench = opened
    page = opened.page
  })

  it('a layer dropped on an edge is put on it, and makes room', async () => {
    const above = await layer(page, 'dense1').boundingBox()
    const below = await layer(page, 'norm1').boundingBox()
    const pane = await page.locator('.vue-flow__pane').boundingBox()
    if (!above || !below || !pane) throw new Error('the drawing is not in sight')
    await page.dragAndDrop('[data-offer="dropout"]', '.vue-flow__pane', { targetPosition: { x: above.x + above.width / 2 - pane.x, y: (above.y + above.height + below.y) / 2 - pane.y } })
    await layer(page, 'dropout1').waitFor()
    expect(await edges(page)).toEqual(expect.arrayContaining(['dense1 dropout1 in', 'dropout1 norm1 in']))
    const put = await layer(page, 'dropout1').boundingBox()
    const moved = await layer(page, 'norm1').boundingBox()
    expect((moved?.y ?? 0) - (put?.y ?? 0)).toBeGreaterThan(above.height)
    await page.keyboard.press('Control+z')
    await layer(page, 'dropout1').waitFor({ state: 'detached' })
  })

  it('a wire dropped on nothing asks what shall be there, and connects it', async () => {
    const before = await edges(page)
    const handle = await layer(page, 'sign2').locator('.vue-flow__handle-bottom').boundingBox()
    if (!handle) throw new Error('sign2 is not in sight')
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2)
    await page.mouse.down()
    await page.mouse.move(handle.x + 20, handle.y + 70, { steps: 5 })
    await page.mouse.up()
    await page.getByRole('combobox', { name: 'Add a layer' }).fill('dense, binary')
    await page.getByRole('option', { name: /Dense, binary/ }).click()
    await layer(page, 'dense4').waitFor()
    expect(await edges(page)).toEqual([...before, 'sign2 dense4 in'].sort())
    await page.keyboard.press('Control+z')
  })

  it('a drag moves a layer once: one step in the history, and back', async () => {
    const from = await layer(page, 'head').boundingBox()
    if (!from) throw new Error('head is not in sight')
    await page.mouse.move(from.x + 60, from.y + 20)
    await page.mouse.down()
    await page.mouse.move(from.x + 120, from.y + 90, { steps: 8 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Undo: move head' }).click()
    await expect.poll(async () => Math.round((await layer(page, 'head').boundingBox())?.y ?? 0)).toBe(Math.round(from.y))
    await page.getByRole('button', { name: 'Redo: move head' }).click()
    await page.getByRole('button', { name: 'Undo: move head' }).click()
  })

  it('three layers become a group that repeats and collapses', async () => {
    await layer(page, 'dense2').click()
    for (const id of ['norm2', 'sign2']) await layer(page, id).click({ modifiers: ['Control'] })
    await page.keyboard.press('Control+g')
    await page.getByRole('textbox', { name: 'Repeat' }).fill('3')
    await page.keyboard.press('Enter')
    expect(await page.getByLabel('Status').textContent()).toContain('1,192,960 bits')
    await page.getByRole('switch', { name: 'Collapsed' }).click()
    await layer(page, 'group group').waitFor()
    expect(await layer(page, 'dense2').count()).toBe(0)
    expect(await edges(page)).toEqual(expect.arrayContaining(['sign1 group group', 'sign2 dense3 in']))
    await picture(page, 'gesture-group')
    await page.getByRole('switch', { name: 'Collapsed' }).click()
    await page.getByRole('button', { name: 'Ungroup' }).click()
    expect(await page.getByLabel('Status').textContent()).toContain('668,672 bits')
  })

  it('one image flows through: every layer shows what it makes of it, bits as bits', async () => {
    await layer(page, 'sign1').click()
    await page.getByRole('button', { name: 'Show one image flowing through' }).click()
    await page.locator('.activation canvas').waitFor({ timeout: 60_000 })
    expect(await page.locator('.activation canvas').getAttribute('aria-label')).toMatch(/^Activation of sign1: 512 values; \d+\.\d % positive; lit: \+1$/)
    expect(await page.locator('.layer .thumbnail').count()).toBe(10)
    await picture(page, 'gesture-preview')
  })

  it('copied layers are pasted into another project, with the edges between them', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await layer(page, 'dense2').click()
    for (const id of ['norm2', 'sign2']) await layer(page, id).click({ modifiers: ['Control'] })
    await page.keyboard.press('Control+c')
    await page.getByRole('button', { name: /^Project:/ }).click()
    await page.getByRole('menuitem', { name: /^New project/ }).click()
    await page.getByText('An empty drawing.').waitFor()
    await page.keyboard.press('Control+v')
    await layer(page, 'sign2').waitFor()
    expect(await edges(page)).toEqual(['dense2 norm2 in', 'norm2 sign2 in'])
    await page.keyboard.press('Control+v')
    await layer(page, 'sign3').waitFor()
    await layer(page, 'dense3').and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Delete')
    await layer(page, 'sign3').waitFor({ state: 'detached' })
    expect(await edges(page)).toEqual(['dense2 norm2 in', 'norm2 sign2 in'])
  })

  it('an edge is chosen, takes a layer by the menu, and is cut by a key', async () => {
    await page.locator('.vue-flow__edge[data-id="dense2 norm2 in"]').click({ force: true })
    await page.getByRole('heading', { name: 'dense2 to norm2' }).waitFor()
    await page.getByRole('button', { name: 'Insert a layer…' }).click()
    await page.getByRole('combobox', { name: 'Add a layer' }).fill('dropout')
    await page.keyboard.press('Enter')
    await layer(page, 'dropout').or(layer(page, 'dropout1')).waitFor()
    expect(await edges(page)).toHaveLength(3)
    await page.keyboard.press('Control+z')
    await page.locator('.vue-flow__edge[data-id="dense2 norm2 in"]').click({ force: true, button: 'right' })
    await page.getByRole('menuitem', { name: /^Delete/ }).click()
    await expect.poll(() => edges(page)).toEqual(['norm2 sign2 in'])
    await page.keyboard.press('Control+z')
  })

  it('the menu of a layer is about that layer, by mouse and by key', async () => {
    await layer(page, 'sign2').click({ button: 'right' })
    await picture(page, 'gesture-menu')
    await page.getByRole('menuitem', { name: /^Duplicate/ }).click()
    await layer(page, 'sign3').waitFor()
    await page.keyboard.press('Control+z')
    await layer(page, 'dense2').click()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: /^Edit the fields/ }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('an image of the data view flows through the network', async () => {
    await page.getByRole('button', { name: /^Project:/ }).click()
    await page.getByRole('menuitem', { name: /^New from a preset/ }).click()
    await page.getByRole('button', { name: 'Open a copy of digits', exact: true }).click()
    await layer(page, 'head').waitFor()
    await page.getByRole('button', { name: 'Data', exact: true }).click()
    const images = page.getByRole('listbox', { name: /^Images of digits/ })
    await expect.poll(() => page.locator('#sample-said').textContent()).toMatch(/^[1-9]/)
    await images.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.getByText(/^image \d+: /).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.layer .thumbnail').first().waitFor({ timeout: 60_000 })
  })

  it('the unquantized twin of a network is another project, which has none itself', async () => {
    const twin = async (): Promise<void> => {
      await page.getByRole('button', { name: /^Project:/ }).click()
      await page.getByRole('menuitem', { name: 'Unquantized twin, signs as hard tanh' }).click()
    }
    await page.getByRole('button', { name: 'Design', exact: true }).click()
    await twin()
    await page.getByText(/-twin: 2 signs became hardTanh$/).waitFor()
    expect(await layer(page, 'sign1').textContent()).toContain('hardTanh')
    await picture(page, 'twin')
    await twin()
    await page.getByText(/-twin has no twin: its weights and activations are real already/).waitFor()
  })

  it('nothing of it made the page complain', () => {
    expect(workbench.complaints).toEqual([])
  })
})
