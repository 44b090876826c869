import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openHost } from '../../browser/host.ts'
import { openInBrowser } from '../../browser/opener.ts'
import { openHome } from '../../services/home.ts'
import { hasDisplay } from '../../setup/display.mjs'
import type { Context, Outcome } from '../run.ts'

const ServeSchema = z.strictObject({
  /** Opens the workbench once; a further address is printed when it was used. */
  url: z.url(),
})

export interface ServeOptions {
  readonly port?: number
  readonly open: boolean
}

/** Where the page is built to. */
const PAGE = fileURLToPath(new URL('../../../out/renderer', import.meta.url))

/** The workbench for a browser of this machine, until an interrupt. A run under way then stops after a checkpoint. */
export async function serve({ home: given, notes, interrupts, json }: Context, { port, open }: ServeOptions): Promise<Outcome<typeof ServeSchema>> {
  const home = await openHome({ home: given })
  const host = await openHost({
    home,
    page: PAGE,
    ...(port !== undefined && { port }),
    onAddress: url => notes.line(`opened; to open it in another browser: ${url}`),
  })
  const { url } = host
  let wake = (): void => undefined
  const ended = new Promise<void>(resolve => (wake = resolve))
  const shown = open && hasDisplay()
  const text = [
    `the workbench is at ${url}`,
    ...(shown ? [] : ['open this address in a browser on this machine; from elsewhere, tunnel to it: ssh -L PORT:127.0.0.1:PORT']),
    'Ctrl-C ends it',
  ].join('\n')
  return {
    schema: ServeSchema,
    value: { url },
    text,
    async until() {
      if (shown && !(await openInBrowser(url)) && !json) notes.line('no browser could be started; open the address yourself')
      await interrupts.during(() => wake(), () => ended)
      notes.line('ending; a run under way stops after a checkpoint')
      await host.close()
    },
  }
}
