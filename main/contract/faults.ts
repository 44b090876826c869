import { BitwrightError } from '../../core/errors.ts'
import type { Fault } from './engine.ts'

export { BitwrightError }

/** An error as it crosses to another process. One that was not meant for a person is a bug of ours, and says so. */
export function faultOf(error: unknown): Fault {
  if (error instanceof BitwrightError) {
    const { what, where, remedy } = error
    return { what, ...(where !== undefined && { where }), ...(remedy !== undefined && { remedy }) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { what: `a bug in Bitwright: ${message || 'an error without a message'}`, remedy: 'report it with what you did and the output of "bitwright doctor"' }
}

/** The error again, on the other side. */
export function errorOf({ what, where, remedy }: Fault): BitwrightError {
  return new BitwrightError({ what, ...(where !== undefined && { where }), ...(remedy !== undefined && { remedy }) })
}
