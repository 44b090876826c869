import { afterAll, beforeAll } from 'vitest'
import { buildPage, openWorkbench, ownFolder, type Workbench } from './workbench.ts'

/** One workbench in a browser for all tests of the running suite; gone after the last. */
export function forSuite(opened: (workbench: Workbench) => void | Promise<void>): void {
  const endings: (() => Promise<void>)[] = []
  beforeAll(async () => {
    const [folder, remove] = await ownFolder()
    endings.unshift(remove)
    const workbench = await openWorkbench(folder, await buildPage(folder))
    endings.unshift(() => workbench.close())
    await opened(workbench)
  })
  afterAll(async () => {
    for (const end of endings) await end()
  })
}
