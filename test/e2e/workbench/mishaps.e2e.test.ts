import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ask } from './asking.ts'
import { forSuite } from './suite.ts'
import { browserProgram, layer, picture, type Workbench } from './workbench.ts'

describe.skipIf(browserProgram === undefined)('bad days of the workbench', () => {
  let workbench: Workbench
  let page: Page
  const status = async (): Promise<string> => (await page.getByLabel('Status').textContent()) ?? ''
  const killEngine = (): void => {
    process.kill(workbench.host.workbench.enginePid ?? 0, 'SIGKILL')
  }
  forSuite(opened => {
    workbench = opened
    page = opened.page
  })

  it('an engine that dies is replaced, and the page says so', async () => {
    await expect.poll(status, { timeout: 60_000 }).toContain('engine ready')
    killEngine()
    await expect.poll(status, { timeout: 10_000 }).not.toContain('engine ready')
    await expect.poll(status, { timeout: 60_000 }).toContain('engine ready')
  })

  it('a group that repeats is trained as often as it stands for itself; the run survives the death of its engine', async () => {
    await layer(page, 'dense2').click()
    for (const id of ['norm2', 'sign2']) await layer(page, id).click({ modifiers: ['Control'] })
    await page.keyboard.press('Control+g')
    await page.getByRole('textbox', { name: 'Repeat' }).fill('2')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await expect.poll(status, { timeout: 120_000 }).toMatch(/epoch [2-9]/)
    const [run] = (await ask(workbench.host, 'runs.list', {})).runs
    const { project } = await ask(workbench.host, 'runs.show', { run: run?.id ?? '' })
    expect(project.architecture.groups).toMatchObject([{ nodes: ['dense2', 'norm2', 'sign2'], repeat: 2 }])
    killEngine()
    await expect.poll(async () => (await ask(workbench.host, 'runs.list', {})).runs[0]?.interrupted, { timeout: 20_000 }).toBe(true)
    await expect.poll(status, { timeout: 60_000 }).toContain('engine ready')
    await expect.poll(status).not.toMatch(/epoch \d/)
    await picture(page, 'mishap-engine')
  })

  it('a page that goes away without saving comes back with its changes', async () => {
    await layer(page, 'dense1').click()
    await page.getByRole('textbox', { name: 'Units' }).fill('320')
    await page.keyboard.press('Enter')
    await expect.poll(status).toMatch(/bits/)
    // A tab that crashes asks nobody.
    await page.waitForTimeout(2500)
    const context = page.context()
    const address = page.url()
    await page.close({ runBeforeUnload: false })
    page = await context.newPage()
    await page.goto(address)
    await layer(page, 'dense1').click()
    await expect.poll(() => page.getByRole('textbox', { name: 'Units' }).inputValue()).toBe('320')
    await page.getByText(/^Unsaved changes of digits · copy are back/).waitFor()
    await picture(page, 'mishap-draft')
  })
})
