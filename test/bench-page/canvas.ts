import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyCommand } from '../../core/architecture/edit/index.ts'
import { presetNamed } from '../../core/architecture/index.ts'
import type { Project } from '../../core/architecture/project.ts'
import { laidOut } from '../../core/architecture/layout.ts'
import { buildPage, layer, openWorkbench, ownFolder } from '../e2e/workbench/workbench.ts'
import { traceFrames } from './trace.ts'

/** `npm run bench:canvas`: how smoothly a drawing of 300 layers is moved, by the browser's own trace. */
const LAYERS = 300

/** GoogLeNet, with dropout put onto edges until there are so many layers. */
function largeProject(): Project {
  let project: Project = { ...presetNamed('googlenet'), name: 'three hundred' }
  for (let at = 0; project.architecture.nodes.length < LAYERS; at++) {
    const onto = project.architecture.edges[at * 3]
    if (!onto) throw new Error('too few edges')
    project = applyCommand(project, { do: 'add', kind: 'dropout', at: { x: 0, y: 0 }, onto })?.project ?? project
  }
  return { ...project, architecture: laidOut(project.architecture) }
}

const [folder, clean] = await ownFolder()
const file = join(folder, 'large.json')
await writeFile(file, JSON.stringify(largeProject()))
const workbench = await openWorkbench(folder, await buildPage(folder))
const { page, browser } = workbench
await page.keyboard.press('Control+k')
await page.getByRole('combobox', { name: 'Find or run a command' }).fill('Import JSON')
const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
await chooser.setFiles(file)
await layer(page, 'input').waitFor()
await page.waitForTimeout(3000)
console.log(`${await page.locator('[data-layer]').count()} layers drawn; ${browser.version()}`)

const pane = await page.locator('.vue-flow__pane').boundingBox()
if (!pane) throw new Error('no drawing')
const middle = { x: pane.x + pane.width / 2, y: pane.y + pane.height / 2 }
/** Moves the mouse in a circle for some seconds, as quickly as frames come. */
async function circle(seconds: number): Promise<void> {
  const begun = performance.now()
  for (let at = 0; performance.now() - begun < seconds * 1000; at++) await page.mouse.move(middle.x + 220 * Math.sin(at / 18), middle.y + 160 * (Math.cos(at / 18) - 1))
}

async function say(what: string, act: () => Promise<void>): Promise<void> {
  const frames = await traceFrames(browser, page, act)
  console.log(`${what.padEnd(34)} ${frames.shownPerSecond.toFixed(1)} frames/s, ${frames.dropped} of ${frames.due} dropped, ${frames.medianMs.toFixed(1)} ms median, ${frames.p95Ms.toFixed(1)} ms at 95 %, ${frames.mainMs.toFixed(1)} ms of main thread a frame`)
}

async function moveAndDrag(zoom: string): Promise<void> {
  await page.mouse.move(middle.x, middle.y)
  await page.mouse.down({ button: 'middle' })
  await say(`panning at ${zoom}`, () => circle(4))
  await page.mouse.up({ button: 'middle' })
  const boxes = await Promise.all((await page.locator('[data-layer]').all()).map(one => one.boundingBox()))
  const far = (box: { x: number; y: number; width: number; height: number }): number => Math.hypot(box.x + box.width / 2 - middle.x, box.y + box.height / 2 - middle.y)
  const [box] = boxes.filter(one => one !== null).sort((one, other) => far(one) - far(other))
  if (!box) throw new Error('no layer in sight')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await say(`dragging a layer at ${zoom}`, () => circle(4))
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await page.keyboard.press('Control+z')
}

await moveAndDrag(await page.locator('.zoom .figures').innerText())
await page.keyboard.press('f')
await page.waitForTimeout(1000)
await moveAndDrag(`${await page.locator('.zoom .figures').innerText()} (all in sight)`)
await workbench.close()
await clean()
