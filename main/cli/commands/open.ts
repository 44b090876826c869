import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { openHome } from '../../services/home.ts'
import { electronProgram, whyNoElectron } from '../../setup/electron.mjs'
import type { Context, Outcome } from '../run.ts'
import { serve } from './serve.ts'

const ClosedSchema = z.strictObject({})

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The workbench in a window of its own where Electron can show one, else in a browser, saying why. */
export async function openWorkbench(context: Context): Promise<Outcome> {
  const reason = whyNoElectron(ROOT, process) ?? (existsSync(`${ROOT}out/main/index.js`) ? undefined : 'its window has not been built (npm start does that)')
  const program = electronProgram(ROOT)
  if (reason !== undefined || program === undefined || context.json) {
    if (reason !== undefined) context.notes.line(`the workbench opens in a browser: ${reason}`)
    return serve(context, { open: true })
  }
  const home = await openHome({ home: context.home })
  context.notes.line('the workbench opens in its window; Ctrl-C here ends it')
  // Its engine needs a plain Node, which Electron's own is not (design.md, decision 1).
  const child = spawn(program, [ROOT], { stdio: 'inherit', env: { ...process.env, BITWRIGHT_HOME: home, BITWRIGHT_NODE: process.execPath } })
  const ended = context.interrupts.during(() => child.kill(), async () => {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  })
  const code = await ended
  if (code !== 0 && code !== null) throw new BitwrightError({ what: `the window ended with exit code ${code}`, where: program, remedy: 'use "bitwright serve", which opens the workbench in a browser' })
  return { schema: ClosedSchema, value: {}, text: 'the workbench is closed' }
}
