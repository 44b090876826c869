import { protocol } from 'electron'
import { BitwrightError } from '../../core/errors.ts'
import type { Log } from '../services/app/log.ts'
import { pageFile } from '../services/page-files.ts'
import { SECURITY_HEADERS } from '../services/policy.ts'
import { PAGE_HOST, SCHEME } from './channel.ts'

/** To be called before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

/** Serves the files of the page, which was built into `root`, with the policy of the app. */
export function servePage(root: string, log: Log): void {
  protocol.handle(SCHEME, async request => {
    const { host, pathname } = new URL(request.url)
    if (host !== PAGE_HOST || request.method !== 'GET') return answer(404, 'There is no such file.')
    try {
      const file = await pageFile(root, pathname)
      if (file) return new Response(file.content, { headers: { ...SECURITY_HEADERS, 'Content-Type': file.type } })
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      log.add('warning', 'host', `refused ${JSON.stringify(request.url.slice(0, 200))}: ${error.message}`)
    }
    return answer(404, 'There is no such file.')
  })
}

function answer(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { ...SECURITY_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' } })
}
