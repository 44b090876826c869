import { parentPort, type Transferable } from 'node:worker_threads'
import { BitwrightError } from '../../../core/errors.ts'

/** What a thread sends back for a request. Before that it may tell how far it is. */
export type Answer =
  | { readonly progress: { readonly what: string; readonly share: number } }
  | { readonly reply: unknown }
  | { readonly trouble: { readonly what: string; readonly where?: string; readonly remedy?: string } }
  | { readonly stack: string }

/** Answers what a Pool asks of this thread, one request at a time. `work` returns the reply and what of it moves over instead of being copied. */
export function serveRequests(work: (request: unknown) => Promise<{ readonly reply: unknown; readonly transfer?: readonly Transferable[] }>): void {
  parentPort?.on('message', (request: unknown) => {
    work(request).then(
      ({ reply, transfer = [] }) => parentPort?.postMessage({ reply } satisfies Answer, transfer),
      (error: unknown) => parentPort?.postMessage(answerOf(error)),
    )
  })
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof BitwrightError)) return { stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const { what, where, remedy } = error
  return { trouble: { what, ...(where !== undefined && { where }), ...(remedy !== undefined && { remedy }) } }
}
